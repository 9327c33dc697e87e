import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.facets import is_facet
from graphsignal_mw.wire import decode, encode, part_to_stats, stats_to_part

from .sample import envelope, window

thorough = settings(max_examples=40, deadline=None, database=None, derandomize=True)
texts = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=5)
long_texts = st.builds(lambda text, n: text * n, texts, st.sampled_from([1, 200]))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), long_texts,
    st.lists(st.none(), max_size=2), st.binary(max_size=2)
)  # fmt: skip
columns = st.dictionaries(long_texts, st.lists(scalars, min_size=3, max_size=3), max_size=4)


def again(stats):
    return part_to_stats(decode(encode(envelope(stats))).parts[0])


def test_everything_comes_back():
    sent = window()
    back = again(sent)
    assert stats_to_part("fraud", "1.2", 300, back) == stats_to_part("fraud", "1.2", 300, sent)
    amount = back.features.columns["amount"]
    assert (amount.count, amount.missing, amount.zeros, amount.types["integer"]) == (6, 1, 1, 4)
    assert amount.moments.maximum == 1e300
    assert back.features.columns["country"].frequent.counts == {"DE": 3, "FR": 1}
    assert back.features.columns["basket"].lengths.n == 5
    assert back.performance[""].metrics() == sent.performance[""].metrics()
    assert back.performance[""].numeric.metrics() == sent.performance[""].numeric.metrics()
    assert (back.exceptions.other, [(k.type, k.count) for k in back.exceptions.kinds.values()]) == (
        1,
        [("KeyError", 2)],
    )


def test_an_empty_window_comes_back_empty():
    back = again(WindowStats())
    assert (back.counters, back.segments, back.performance, back.features.rows) == ({}, {}, {}, 0)
    assert back.latency.quantiles.n == 0


@thorough
@given(columns, columns, long_texts, st.dictionaries(long_texts, long_texts, max_size=3))
def test_whatever_users_log_is_a_valid_upload(features, predictions, text, texts_by_key):
    """One odd name or value must not have the whole upload refused."""
    stats = WindowStats(4)
    stats.features.update(features, 3)
    stats.predictions.update(predictions, 3)
    stats.metadata.update(texts_by_key)
    stats.counters[text] += 1
    stats.segment(text).predictions.update(predictions)
    stats.performance_of(text).update([text, "a"], ["a", text])
    stats.exceptions.add(ExceptionEvent(text, text, ((text, 1, text),), texts_by_key))
    back = part_to_stats(decode(encode(envelope(stats, parts=[stats_to_part(text, text, 300, stats)]))).parts[0])
    assert [c.count for name, c in back.features.columns.items() if not is_facet(name)] == [3] * len(features)
    assert [c.values.n for c in back.features.columns.values()] == [c.values.n for c in stats.features.columns.values()]


@pytest.mark.parametrize("text", ["\ud800", "\x00", "x" * 3000, "\U0001f600" * 300])
def test_odd_strings_are_valid_wherever_they_stand(text):
    stats = WindowStats()
    stats.features.update({text: [text] * 6})
    stats.performance_of().update([text], [text])
    (column,) = again(stats).features.columns.values()
    assert list(column.frequent.counts.values()) == [6]


@thorough
@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=9))
def test_whatever_numbers_are_logged_is_a_valid_upload(pairs):
    stats = WindowStats(4)
    stats.features.update({"x": [a for a, _ in pairs]})
    stats.performance_of().update([a for a, _ in pairs], [b for _, b in pairs])
    back = again(stats)
    assert back.features.columns["x"].missing == sum(not math.isfinite(a) for a, _ in pairs)


def test_too_much_is_cut_to_what_a_part_may_carry():
    stats = WindowStats()
    stats.counters.update({f"unmatched.{i}": 1 for i in range(600)})
    stats.counters["requests"] = 9
    stats.metadata.update({f"key{i}": "x" * 3000 for i in range(30)})
    stats.exceptions.add(ExceptionEvent("E", "m", (("f", 1, "g"),) * 150, {f"key{i}": "x" for i in range(30)}))
    back = again(stats)
    assert (len(back.counters), back.counters["requests"], len(back.metadata)) == (500, 9, 20)
    (kind,) = back.exceptions.kinds.values()
    assert (len(kind.frames), len(kind.event.extra)) == (100, 20)


@pytest.mark.parametrize("infinite", ["m2", "abs_sum"])
def test_infinite_sums_end_at_the_largest_double(infinite):
    stats = window()
    if infinite == "m2":
        stats.latency.moments.m2 = math.inf
        assert again(stats).latency.moments.m2 == sys.float_info.max
    else:
        stats.performance[""].numeric.abs_sum = math.inf
        assert again(stats).performance[""].numeric.abs_sum == sys.float_info.max


def test_kinds_of_exceptions_beyond_the_tenth_are_counted():
    part = stats_to_part("d", "", 0, window())
    kinds = [type(part.exceptions[0])(f"E{i}", 2) for i in range(12)]
    parts = [type(part)(deployment="d", bucket=0, exceptions=kinds)]
    back = part_to_stats(decode(encode(envelope(parts=parts))).parts[0])
    assert (len(back.exceptions.kinds), back.exceptions.other) == (10, 4)
