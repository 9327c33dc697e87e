"""Exchanges of plain endpoints go from their bytes to columns; the mapper says what has to come out."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.described import captured, described, mapped, requests, taken
from graphsignal_mw.mapping import Endpoint, Mapper
from graphsignal_mw.wire import part_to_stats

ROW = {"n": 1.5, "i": 3, "s": "a"}
ODD = [None, True, "", "7", 0, -0.0, 1e300, 2**70, 10**400, math.nan, math.inf, [1], [], {"z": 1}, "é" * 130]
ENDPOINTS = [
    {"features": "$", "predictions": "$"},
    {"features": "$.x", "predictions": {"y": "$.y", "more": "$.a.b"}},
    {"features": "$.a.b", "predictions": "$.y"},
    {"features": "$.x"},
    {"predictions": {"y": "$['y']"}},
    {"features": "$.x", "predictions": "$.y", "exclude": ("i", "odd")},
    {"features": "$.x", "predictions": "$.y", "include": ("n", "odd")},
    {"features": "$.x", "predictions": "$.y", "exclude": ("odd.z",)},
]

values = st.sampled_from(ODD) | st.floats() | st.integers() | st.text(max_size=3)
rows = st.just(ROW) | st.builds(
    lambda odd: ROW | odd, st.dictionaries(st.sampled_from(["n", "s", "odd", 'q"']), values)
)
rows |= st.dictionaries(st.sampled_from(["n", "i", "s", "z.z"]), values)
sides = st.builds(
    lambda row, y, more: {"x": row, "a": {"b": row if more is None else more}, "y": y, **row},
    rows,
    st.just(0.5) | values,
    st.none() | values,
)
bodies = st.builds(lambda value: json.dumps(value).encode(), sides | rows)
bodies |= st.sampled_from(
    [b"", b"{", b"[1]", b"null", b'{"x": 1} ', b'{"n": 1},{"n": 2}', b'{"y": "\xff"}', b'{"y":"\\ud800"}']
)


@pytest.mark.parametrize(
    ("fields", "privacy"),
    [(fields, {"significant_digits": None}) for fields in ENDPOINTS]
    + [(ENDPOINTS[1], {}), (ENDPOINTS[1], {"hashed": ("i", "odd"), "significant_digits": None})],
)
@given(
    pairs=st.lists(st.tuples(bodies, bodies), min_size=1, max_size=12),
    regular=st.integers(0, 3),
    sizes=st.lists(st.integers(0, 9), max_size=2),
    chance=st.randoms(use_true_random=False),
)
@settings(max_examples=15, deadline=None, database=None, derandomize=True)
def test_what_comes_out_is_what_the_mapper_says_in_any_split_and_order(fields, privacy, pairs, regular, sizes, chance):
    mapper = Mapper(Endpoint(path="/p", deployment="m", **fields))
    whole = json.dumps({"x": ROW, "a": {"b": ROW}, "y": 0.5, **ROW}).encode()
    exchanges = requests(mapper, [(whole, whole)] * 3 * regular + pairs)
    expected = mapped(mapper, exchanges, min_count=1, **privacy)
    chance.shuffle(exchanges)
    parts, intake = taken(mapper, exchanges, sizes, min_count=1, **privacy)
    exact = privacy.get("significant_digits", 4) is None
    assert described(parts, exact=exact) == described(expected, exact=exact)
    assert intake.totals["requests"] == len(exchanges)
    assert intake.totals["predictions"] == sum(part.counters.get("predictions", 0) for part in parts)


@pytest.mark.parametrize("fields", ENDPOINTS[:3])
@given(
    pairs=st.lists(st.tuples(bodies, bodies), min_size=1, max_size=8),
    sizes=st.lists(st.integers(0, 9), max_size=6),
    wait=st.booleans(),
)
@settings(max_examples=20, deadline=None, database=None, derandomize=True)
def test_captures_give_what_their_exchanges_would_and_let_go_of_it(fields, pairs, sizes, wait):
    mapper = Mapper(Endpoint(path="/p", deployment="m", **fields))
    whole = json.dumps({"x": ROW, "a": {"b": ROW}, "y": 0.5, **ROW}).encode()
    exchanges = requests(mapper, [(whole, whole)] * 3 + pairs)
    captures = [captured(each) for each in exchanges]
    parts, intake = taken(mapper, captures, sizes, wait=wait, min_count=1, significant_digits=None)
    assert described(parts) == described(mapped(mapper, exchanges, min_count=1, significant_digits=None))
    assert intake.totals["requests"] == len(exchanges)
    assert {len(capture.request) + len(capture.response) + len(capture.headers) for capture in captures} == {0}


@pytest.mark.parametrize("odd", [{"status": 404}, {"status": None}, {"departed": True}, {"outcome": "aborted"}])
def test_a_capture_that_was_no_success_gives_no_prediction(odd):
    mapper = Mapper(Endpoint(path="/p", deployment="m", **ENDPOINTS[1]))
    body = json.dumps({"x": ROW, "y": 0.5, "a": {"b": 1}}).encode()
    captures = [captured(each) for each in requests(mapper, [(body, body)] * 6)]
    for name, value in odd.items():
        setattr(captures[4], name, value)
    _, intake = taken(mapper, captures, [3])
    assert (intake.totals["requests"], intake.totals["predictions"]) == (6, 5)


@pytest.mark.parametrize("written", [b"3", b"3.0", b"12345678901234567890"])
def test_a_number_of_a_hashed_column_is_hashed_as_it_was_written(written):
    """A digest is of the text of a value: 3 and 3.0 are two, and neither may enter the packed numbers."""
    mapper = Mapper(Endpoint(path="/p", deployment="m", features="$", predictions={"y": "$.y"}))
    exchanges = requests(mapper, [(b'{"i": %b, "n": 1}' % written, b'{"y": 2}')] * 12)
    hidden = {"hashed": ("i",), "min_count": 1}
    parts, _ = taken(mapper, exchanges, (4, 4), **hidden)
    assert described(parts) == described(mapped(mapper, exchanges, **hidden))
    columns = [part_to_stats(part).features.columns["i"] for part in parts]
    assert sum(column.types["string"] for column in columns) == len(exchanges)
    assert {(column.moments.n, len(column.frequent.counts)) for column in columns} == {(0, 1)}
