"""Which strings may be named, and what hashing leaves of them."""

import math

import pandas as pd
import pytest

from graphsignal_mw.window.privacy import RARE, Names, hash_columns

from .process import HOUR, NOON, Process, named, only


def x(stats):
    return stats.features.columns["x"].frequent


def test_a_string_is_named_once_it_was_seen_often_enough():
    process = Process()
    process.column("x", *"aaaaabbbb")
    assert named(process.cut()) == {"a": 5}
    process.column("x", *"aaaab", at=NOON + 300)
    # Four of a here, but nine by now in this process; and b has come to five: those of the first window follow.
    assert [x(stats).counts for _, stats in process.cut()] == [{"a": 4, "b": 1}, {"b": 4}]


def test_what_is_not_named_yet_follows_in_its_own_window():
    """A process that has just started must not look as if everything were other."""
    process = Process()
    process.column("x", *"aaaaaabbc")
    first = x(only(process.cut()))
    assert (first.counts, first.total, first.other) == ({"a": 6}, 6, 0)
    process.now = HOUR - 1
    process.column("x", *"bbbbb", at=NOON + HOUR)
    (_, late), (key, following) = process.cut()
    assert (x(late).counts, key[2], x(following).counts, x(following).total) == ({"b": 5}, NOON, {"b": 2}, 2)


@pytest.mark.parametrize("final", [True, False])
def test_what_is_never_named_is_counted_as_other_after_an_hour(final):
    process = Process()
    process.column("x", *"aaaaaabbc", at=NOON + 300)
    process.cut()
    process.now = 0 if final else HOUR
    ((key, stats),) = process.cut(final=final)
    assert (key[2], x(stats).counts, x(stats).total, x(stats).other) == (NOON, {}, 3, 3)
    assert process.cut(final=True) == []


def test_a_checkpoint_counts_what_is_not_named_as_other():
    process = Process()
    process.column("x", *"aaaaaabbc")
    saved = x(only(process.peek()))
    assert (saved.counts, saved.total) == ({"a": 6}, 9)
    assert x(only(process.cut())).total == 6


def test_booleans_are_always_named():
    process = Process()
    process.column("x", True, True, True, True, False)
    assert named(process.cut()) == {"true": 4, "false": 1}


@pytest.mark.parametrize(
    "values",
    [
        [f"user-{i}" for i in range(60)] + ["user-1"] * 6,
        ["A sentence of a person, long enough that it can be nothing but free text."] * 40,
    ],
    ids=["identifier", "text"],
)
def test_identifiers_and_free_text_are_never_named(values):
    process = Process()
    process.column("x", *values)
    process.log(*({"n": 1} for _ in values), outputs={"x": values[0]}, segments=("s=1",), deployment="e")
    (_, stats), _ = process.cut()
    assert stats.features.columns["x"].frequent.counts == {}
    assert stats.features.columns["x"].distinct.estimate() > 0


def test_an_identifier_is_known_by_its_past_when_a_window_is_small():
    process = Process()
    process.column("x", *(f"user-{i}" for i in range(600)))
    process.cut()
    for minute in range(6):
        process.column("x", *["user-1"] * 5, at=NOON + 300 * (minute + 1))
        assert named(process.cut()) == {}


def test_an_identifier_in_small_windows_is_not_named_before_it_is_known():
    process = Process()
    for window in range(20):
        names = ["user-1", *(f"user-{window}-{i}" for i in range(6))]
        process.column("x", *names, at=NOON + 300 * window)
        assert named(process.cut()) == {}


def test_categories_in_small_windows_are_named_after_a_while():
    process = Process()
    for window in range(20):
        process.column("x", *(f"c{(window + i) % 9}" for i in range(6)), at=NOON + 300 * window)
        (_, last), *_ = process.cut()
    assert len(x(last).counts) == 6


def test_classes_seen_rarely_are_joined():
    process = Process()
    process.label(*[("spam", "spam")] * 5, ("alice@example.org", "spam"), ("bob", "bob"))
    categorical = only(process.cut()).performance[""].categorical
    assert categorical.confusion == {("spam", "spam"): 5, (RARE, "spam"): 1, (RARE, RARE): 1}
    assert categorical.correct == 6


def test_memory_of_names_is_bounded():
    names = Names(5)
    for i in range(5000):
        names.note(("d", "segment", str(i)), {"a": 5})
    assert names.allowed(("d", "segment", "4999"), {"a": 1}) == {"a"}
    assert names.allowed(("d", "segment", "0"), {"a": 1}) == set()
    for i in range(50):
        names.note(("d", "features", "x"), {"often": 100, **{f"v{i}-{j}": 1 for j in range(200)}})
    assert names.allowed(("d", "features", "x"), {"often": 1, "v0-0": 1}) == {"often"}


def test_hashed_columns_keep_their_statistics_and_no_value():
    process = Process(hashed=["customer", "plan"], hash_key=b"key")
    process.log(*({"customer": {"id": f"user-{i % 3}", "age": 40}, "plan": "gold"} for i in range(12)))
    columns = only(process.cut()).features.columns
    assert set(columns) == {"customer.id", "customer.age", "plan"}
    for name, distinct in {"customer.id": 3, "customer.age": 1, "plan": 1}.items():
        column = columns[name]
        assert (column.types["string"], column.moments.n) == (12, 0)
        assert round(column.distinct.estimate()) == distinct
        assert all(len(value) == 16 and int(value, 16) >= 0 for value in column.frequent.counts)


def test_a_hash_depends_on_the_key_and_on_nothing_else():
    def hashed(value, key):
        return hash_columns({"x": [value]}, frozenset({"x"}), key)["x"][0]

    assert hashed("a", b"k") == hashed("a", b"k") != hashed("a", b"other")
    assert hashed("a", b"") != hashed("b", b"")
    assert hashed("\ud800", b"k" * 100)
    assert hashed(1, b"k") != hashed(2, b"k")


@pytest.mark.parametrize("value", [None, math.nan, pd.NA, pd.NaT])
def test_a_hashed_missing_value_stays_missing(value):
    assert hash_columns({"x": [value]}, frozenset({"x"}), b"")["x"] == [None]


def test_columns_that_are_not_hashed_stay_as_they_are():
    values = [1, 2]
    assert hash_columns({"xy": values}, frozenset({"x"}), b"")["xy"] is values
