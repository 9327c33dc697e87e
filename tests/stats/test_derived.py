"""Which columns get facets, however their values come."""

import numpy as np
import pytest

from graphsignal_mw.stats import Profile
from graphsignal_mw.stats.derived import JUDGED
from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS, facet_name

RNG = np.random.default_rng(5)
WORDS = ["late", "flight", "lost", "bag", "kind", "crew", "seat", "food", "delay", "refund", "Gate", "42"]
VECTORS = RNG.normal(size=(600, 4)).tolist()
LONG = ["one-word-" * 10]


def sentences(n, least=2):
    return [" ".join(RNG.choice(WORDS, RNG.integers(least, 30))) for _ in range(n)]


def profiled(values, *, piece=10_000, **options):
    found = Profile(4, **options)
    for start in range(0, len(values), piece):
        some = values[start : start + piece]
        found.update({"x": some}, len(some))
    return found


def told(found):
    """Facets that would leave the process."""
    return [name.removeprefix("x::") for name in found.columns | found.tentative if name != "x"]


def exactly(found):
    return {
        name: (c.count, c.missing, c.moments.n, c.moments.mean, c.moments.m2)
        for name, c in (found.columns | found.tentative).items()
    }


@pytest.mark.parametrize("n", [5, 29, 30, JUDGED - 1, JUDGED, 3000])
@pytest.mark.parametrize(
    ("values", "facets"),
    [
        (lambda n: [f"{text} {i}" for i, text in enumerate(sentences(n, 12))], TEXT_FACETS),
        (lambda n: [LONG[0] + str(i) for i in range(n)], TEXT_FACETS),
        (lambda n: LONG * n, TEXT_FACETS),
        (lambda n: [["DE", "FR", "Ivory Coast"][i % 3] for i in range(n)], ()),
        (lambda n: [f"id-{i:08}" for i in range(n)], ()),
        (lambda n: [""] * n, ()),
        (lambda n: [float(i) for i in range(n)], ()),
        (lambda n: [["a"]] * n, LIST_FACETS[:1]),
        (lambda n: [[1.0, 2.0]] * n, LIST_FACETS),
        (lambda n: [{"a": 1}, {1, 2}, b"ab", None] * n, ()),
    ],
    ids=["texts", "long identifiers", "one long text", "categories", "identifiers", "empties", "numbers", "tags",
         "vectors", "other"],
)  # fmt: skip
def test_texts_and_lists_have_facets_and_nothing_else_has(values, facets, n):
    assert told(profiled(values(n))) == list(facets)


def test_short_texts_are_known_by_their_variety():
    short = [" ".join(RNG.choice(WORDS, 3)) for _ in range(JUDGED)]
    assert told(profiled(short[:29])) == []
    assert told(profiled(short)) == list(TEXT_FACETS)


@pytest.mark.parametrize("piece", [1, 7, 100, 256, 999])
@pytest.mark.parametrize("values", [sentences(1500), VECTORS, [*VECTORS[:50], *sentences(300), None, 3]])
def test_however_they_come_in_pieces_they_are_the_same(values, piece):
    found, whole = exactly(profiled(values, piece=piece)), exactly(profiled(values))
    assert found.keys() == whole.keys()
    for name, expected in whole.items():
        assert found[name] == pytest.approx(expected)
    assert len(whole) > 6


def test_texts_that_become_short_go_on_being_texts_in_their_window():
    found = profiled(sentences(JUDGED) + ["no"] * 5000, piece=500)
    column = found.columns["x::length"]
    assert (column.count, column.moments.minimum) == (JUDGED + 5000, 2)


def test_strings_that_are_no_texts_take_nothing_from_lists():
    found = profiled([*["n/a"] * 600, *VECTORS])
    assert told(found) == list(LIST_FACETS)
    assert found.columns["x::norm"].count == 600


def test_a_facet_counts_only_what_it_is_derived_from():
    found = profiled([*VECTORS[:10], None, [], ["a"], 7.0])
    assert (found.columns["x"].count, found.columns["x"].missing) == (14, 1)
    assert [found.columns[f"x::{name}"].count for name in ("dimension", "norm", "missing")] == [12, 10, 10]
    assert [found.columns[f"x::{name}"].missing for name in ("dimension", "norm")] == [0, 0]
    found.update({"y": [1]}, 1)
    merged = Profile()
    merged.merge(found)
    merged.merge(profiled([1.0, 2.0]))
    assert (merged.columns["x"].count, merged.columns["x::norm"].count, merged.columns["x::norm"].missing) == (
        17,
        10,
        0,
    )


@pytest.mark.parametrize("first", [True, False])
def test_a_users_column_of_that_name_stays_apart(first):
    found = Profile()
    for _ in range(2):
        own, vectors = {"e::norm": [7.0] * 50}, {"e": VECTORS[:50]}
        found.update(own | vectors if first else vectors | own, 50)
    assert found.columns["e:\\x3anorm"].moments.mean == 7
    assert found.columns["e::norm"].moments.n == 100
    assert found.columns["e::norm"].moments.mean < 7
    found.add_numbers(["e::norm"], np.array([[7.0]]))
    assert found.columns["e:\\x3anorm"].moments.n == 101


def test_facets_make_room_for_columns_of_the_user():
    found = Profile(max_columns=15)
    found.update({"e": VECTORS[:9], "f": VECTORS[:9]}, 9)
    assert (len(found.columns), found.skipped) == (13, 9)  # those of e have room, those of f have not
    found.update({f"own {i}": [1] for i in range(6)}, 1)
    assert [name for name in found.columns if "::" in name] == []
    assert (len(found.columns), found.skipped) == (8, 9)
    found.max_columns = 40
    found.update({"e": VECTORS[:9]}, 9)
    assert len(found.columns) == 8  # what was given up does not come back, of later values alone
    assert found.columns["e"].count == 19


def test_few_texts_do_not_exceed_the_columns():
    found = Profile(max_columns=10)
    found.update(dict.fromkeys("abcd", LONG * 5), 5)
    assert len(found.columns | found.tentative) == 10
    assert facet_name("a", "words") in found.tentative
