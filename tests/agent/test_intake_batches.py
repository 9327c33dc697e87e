"""Batches, segments and ids go from their bytes to columns too; the mapper says what has to come out."""

import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mapping.shapes import SHAPES, pair_of

from agent.described import captured, described, mapped, requests, taken
from graphsignal_mw.mapping import Endpoint, Mapper

# As exchanges; as captures; as captures that wait for those of later slices.
WAYS = [(False, False), (True, False), (True, True)]


def check(name, every, sizes, *, light, wait):
    fields, shape = SHAPES[name]
    mapper, exact = Mapper(Endpoint(path="/p", deployment="m", **fields)), {"min_count": 1, "significant_digits": None}
    exchanges = requests(mapper, [pair_of(shape, *each) for each in every])
    parts, intake = taken(mapper, map(captured, exchanges) if light else exchanges, sizes, wait=wait, **exact)
    assert described(parts) == described(mapped(mapper, exchanges, **exact))
    assert intake.totals["requests"] == len(exchanges)
    assert intake.totals["predictions"] == sum(part.counters.get("predictions", 0) for part in parts)


@pytest.mark.parametrize(("light", "wait"), WAYS)
@pytest.mark.parametrize("name", SHAPES)
def test_what_comes_out_of_any_shape_is_what_the_mapper_says(name, light, wait):
    chance = random.Random(name)
    regular, seeds = [(2, 0), (1, 0), (3, 0)], [chance.randrange(1, 10**6) for _ in range(14)]
    odd = [(chance.randint(1, 5), seed) for seed in seeds]
    check(name, regular * 2 + odd[:7] + regular * 2 + odd[7:], [2, 9, 2, 1, 2], light=light, wait=wait)


@pytest.mark.full
@pytest.mark.parametrize("name", SHAPES)
@given(
    pairs=st.lists(st.tuples(st.integers(1, 5), st.just(0) | st.integers(1, 10**6)), min_size=1, max_size=14),
    regular=st.integers(0, 3),
    sizes=st.lists(st.integers(0, 9), max_size=9),
    way=st.sampled_from(WAYS),
)
@settings(max_examples=25, deadline=None, database=None, phases=[Phase.generate])
def test_what_comes_out_is_what_the_mapper_says_in_any_split_and_order(name, pairs, regular, sizes, way):
    check(name, [(2, 0), (1, 0), (3, 0)] * regular + pairs, sizes, light=way[0], wait=way[1])
