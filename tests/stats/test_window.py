import pytest

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import WindowStats


def window(segment="plan=a"):
    stats = WindowStats(4)
    stats.counters.update(requests=2, predictions=2)
    stats.latency.update([0.1, 0.3])
    stats.features.update({"x": [1, 2]})
    stats.predictions.update({"y": [True, False]})
    stats.segment(segment).counters["predictions"] += 1
    stats.segment(segment).predictions.update({"y": [True]})
    stats.performance_of().update([True], [True])
    stats.performance_of(segment).update([True], [True])
    stats.exceptions.add(ExceptionEvent("KeyError"))
    stats.metadata["model_version"] = segment
    return stats


def test_everything_is_merged():
    merged = window()
    merged.merge(window("plan=b"))
    assert merged.counters == {"requests": 4, "predictions": 4}
    assert (merged.latency.moments.n, merged.latency.quantiles.n) == (4, 4)
    assert (merged.features.rows, merged.predictions.columns["y"].count) == (4, 4)
    assert {name: s.counters["predictions"] for name, s in merged.segments.items()} == {"plan=a": 1, "plan=b": 1}
    assert {name: p.n for name, p in merged.performance.items()} == {"": 2, "plan=a": 1, "plan=b": 1}
    assert sum(kind.count for kind in merged.exceptions.kinds.values()) == 2
    assert merged.metadata == {"model_version": "plan=b"}


def test_two_empties_are_an_empty():
    merged = WindowStats()
    merged.merge(WindowStats())
    assert [*merged.counters, *merged.segments, *merged.performance, *merged.metadata, *merged.features.columns] == []
    assert (merged.latency.moments.n, merged.features.rows, merged.exceptions.other) == (0, 0, 0)


@pytest.mark.parametrize("merging", [False, True])
def test_segments_beyond_the_fiftieth_are_other(merging):
    stats = WindowStats()
    for i in range(60):
        part = WindowStats() if merging else stats
        part.segment(f"n={i}").counters["predictions"] += 1
        part.performance_of(f"n={i}").update([True], [True])
        part.performance_of().update([True], [True])
        if merging:
            stats.merge(part)
    assert len(stats.segments) == 51
    assert stats.segments["other"].counters["predictions"] == 10
    assert len(stats.performance) <= 52
    assert stats.performance["other"].n >= 10
    assert stats.performance[""].n == 60
    assert sum(p.n for name, p in stats.performance.items() if name) == 60
