import random

import numpy as np
import pytest

from graphsignal_mw.stats import ACCUMULATOR_K, CLIENT_K, Quantiles
from graphsignal_mw.stats.blocks import block_of, height_of
from graphsignal_mw.wire import kll

LENGTHS = [*range(1, 40), 255, 256, 511, 512, 513, 1023, 1024, 4095, 4096, 4097, 16_384, 100_003]


@pytest.mark.parametrize("k", [CLIENT_K, ACCUMULATOR_K])
@pytest.mark.parametrize("n", [10, 255, 511, 512, 1024, 5000, 16_384, 1_000_000])
def test_a_block_keeps_at_least_k_and_less_than_four_times_as_many(n, k):
    kept = n >> height_of(n, k)
    assert kept < 4 * k
    assert kept >= min(n, k)


@pytest.mark.parametrize("k", [CLIENT_K, ACCUMULATOR_K])
def test_sketches_with_blocks_of_any_length_are_well_formed_and_count_all(k):
    """The library reads what we write: what is malformed may crash it, so the check of the collector looks at it."""
    merged, seen = Quantiles(k), 0
    for n in LENGTHS:
        found = Quantiles(k)
        found.update_sorted(np.arange(-float(n), 0.0))
        assert kll.check(found.to_bytes()) == found.n == n
        assert found.quantiles([0, 1]).tolist() == [-n, -1]
        merged.merge(found)
        seen += n
        assert kll.check(merged.to_bytes()) == seen
    assert merged.k == k
    assert merged.rank_error == Quantiles.merged([merged], k).rank_error  # a block has not made it worse
    assert merged.quantiles([0, 1]).tolist() == [-LENGTHS[-1], -1]


@pytest.mark.parametrize("height", [0, 1, 4])
def test_any_of_the_numbers_that_stand_together_may_be_the_one_that_is_kept(height):
    ordered = np.arange(256.0 * (1 << height))
    first = {block_of(ordered, height, CLIENT_K).get_quantiles([0.0])[0] % (1 << height) for _ in range(400)}
    # Each of 16 is missed with a chance of 1e-10.
    assert first == set(range(1 << height))


def test_every_number_stands_for_those_between():
    ordered = np.arange(4096.0)
    ranks = np.array(block_of(ordered, 4, CLIENT_K).get_cdf(ordered[::64].tolist(), False)[:-1])
    assert np.abs(ranks * len(ordered) - ordered[::64]).max() < 16


def test_what_is_no_whole_stride_is_kept_as_it_is():
    found = Quantiles()
    found.update_sorted(np.concatenate([np.zeros(4096), [7.0, 8.0, 9.0]]))
    assert found.cdf([0.0, 7.0, 8.0]) * 4099 == pytest.approx([4096, 4097, 4098])


def test_the_user_s_random_numbers_stay_as_they_were():
    random.seed(3)
    np.random.seed(3)
    Quantiles().update(np.arange(5000.0))
    drawn = random.random(), np.random.random()
    random.seed(3)
    np.random.seed(3)
    assert drawn == (random.random(), np.random.random())
