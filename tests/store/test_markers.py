PROJECT = "default"


def test_markers_of_a_range_in_the_order_of_time(store):
    late = store.add_marker(PROJECT, "model", "v2", at=200, actor="ann")
    early = store.add_marker(PROJECT, "model", "v1", at=100)
    store.add_marker(PROJECT, "other", "v9", at=150)
    assert store.markers(PROJECT, "model", 0, 1000) == [early, late]
    assert store.markers(PROJECT, "model", 100, 200) == [early]
    assert store.markers("elsewhere", "model", 0, 1000) == []
    assert (late.text, late.at, late.actor) == ("v2", 200, "ann")
