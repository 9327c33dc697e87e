from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.window import MAX_SEGMENTS
from graphsignal_mw.window.segments import rows_by_segment


def rows_of(segments):
    stats = WindowStats()
    found = list(rows_by_segment(stats, segments))
    names = {id(segment): name for name, segment in stats.segments.items()}
    return {names[id(segment)]: sorted(rows) for segment, rows in found}


def test_a_row_is_in_each_of_its_segments_once():
    assert rows_of([("a=1", "b=1"), (), ("a=1", "a=1", ""), (None, "b=1")]) == {"a=1": [0, 2], "b=1": [0, 3]}


def test_segments_beyond_the_limit_are_one_that_is_worked_on_once():
    found = rows_of([(f"s={n}", f"t={n}") for n in range(MAX_SEGMENTS)])
    assert len(found) == MAX_SEGMENTS + 1
    assert found["s=0"] == [0]
    assert found["other"] == sorted([*range(MAX_SEGMENTS // 2, MAX_SEGMENTS)] * 2)
