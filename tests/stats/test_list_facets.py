import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from graphsignal_mw.stats.facets import LIST_FACETS
from graphsignal_mw.stats.list_facets import MOST_ELEMENTS, list_facets

MASK = (1 << 64) - 1


def facets(value):
    """Facets of one list, without those that it has not."""
    dimensions, others = list_facets([value])
    names = LIST_FACETS[: 1 + len(others[:, :1].T) * len(others)]
    return dict(zip(names, [*dimensions, *others.T.ravel()], strict=True))


def sign_by_hand(element, projection):
    """After FORMAT.md, with nothing of ours."""
    z = element + 0x9E3779B97F4A7C15 & MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return 1 if (z ^ z >> 31) >> (projection - 1) & 1 else -1


def test_projections_are_those_of_the_format():
    vector = [3.0, -4.0, 12.0, 0.5]
    found = facets(vector)
    norm = math.sqrt(sum(x * x for x in vector))
    assert (found["dimension"], found["norm"], found["missing"]) == (4, pytest.approx(norm, rel=1e-6), 0)
    for k in range(1, 9):
        by_hand = sum(sign_by_hand(i, k) * x for i, x in enumerate(vector)) / norm
        assert found[f"projection_{k}"] == round(by_hand * 2**20) / 2**20


@pytest.mark.parametrize(
    ("value", "dimension", "norm", "missing"),
    [
        ((3, 4), 2, 5, 0),
        ([True, False], 2, 1, 0),
        ([3, None, 4, math.nan, math.inf], 5, 5, 0.6),
        ([3, 4, pd.NA, Decimal("NaN"), Decimal("sNaN")], 5, 5, 0.6),
        ([Decimal(3), np.float32(4)], 2, 5, 0),
        ([10**400, 3, 4], 3, 5, 1 / 3),
        ([[3, 0], [0, 4]], 4, 5, 0),
        ([[3], [], [None, 4]], 3, 5, 1 / 3),
        ([np.array([3.0]), np.array([4.0])], 2, 5, 0),
        (np.array([[3, 0], [0, 4]]), 4, 5, 0),
        (np.array([3, 4], "f2"), 2, 5, 0),
        (np.array([3, None, 4], object), 3, 5, 1 / 3),
        (np.ma.array([3, 9, 4], mask=[0, 1, 0]), 3, 5, 1 / 3),
        ([0, 0], 2, 0, 0),
        ([1e300, 1e300], 2, math.inf, 0),
        ([3, 4] + [0] * MOST_ELEMENTS, MOST_ELEMENTS + 2, 5, 0),
    ],
)
def test_numbers_have_a_norm_and_missing_ones_are_a_share(value, dimension, norm, missing):
    found = facets(value)
    assert (found["dimension"], found["norm"], found["missing"]) == (dimension, pytest.approx(norm, rel=1e-6), missing)


@pytest.mark.parametrize(
    ("value", "dimension"),
    [([], 0), (["7", "8"], 2), ([1.0, "a"], 2), ([{"a": 1}], 1), (np.array(["7"]), 1), ([[], []], 0), ([None], 1)],
)
def test_of_what_is_no_list_of_numbers_only_the_dimension_is_known(value, dimension):
    assert {name: x for name, x in facets(value).items() if not math.isnan(x)}["dimension"] == dimension
    assert ("norm" in facets(value)) == (value == [None])


def test_zeros_point_nowhere():
    assert all(math.isnan(x) for name, x in facets([0.0, 0.0]).items() if name.startswith("projection"))


def test_what_cannot_be_read_is_left_out():
    class Unreadable(list):
        def __len__(self):
            raise RecursionError

    dimensions, others = list_facets([[3.0, 4.0], Unreadable([1]), [1.0, 0.0]])
    assert dimensions.tolist() == [2, 2]
    assert others[0].tolist() == [5, 1]


def test_lists_of_any_sizes_together_are_each_by_itself():
    rng = np.random.default_rng(3)
    lists = [rng.normal(size=size).tolist() for size in (5, 768, 5, 1, 768, 3)]
    _, together = list_facets(lists)
    alone = np.concatenate([list_facets([each])[1] for each in lists], axis=1)
    np.testing.assert_array_equal(sorted(together.T.tolist()), sorted(alone.T.tolist()))


def test_a_random_direction_has_standard_deviation_one():
    _, found = list_facets(list(np.random.default_rng(4).normal(size=(4000, 96))))
    assert found[2:].std(axis=1) == pytest.approx(np.ones(8), abs=0.05)
    assert found[2:].mean(axis=1) == pytest.approx(np.zeros(8), abs=0.06)


def test_vectors_of_norm_one_have_norm_one_in_any_precision():
    rng = np.random.default_rng(6)
    unit = rng.normal(size=(500, 768))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    _, found = list_facets([*unit, *unit.astype("f4")])
    assert set(found[0].tolist()) == {1.0}
    assert np.abs(found[2:, :500] - found[2:, 500:]).max() < 1e-5
