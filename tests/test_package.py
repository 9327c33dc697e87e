import graphsignal_mw


def test_names_that_load_late_are_completed_too():
    assert set(graphsignal_mw.__all__) <= set(dir(graphsignal_mw))
