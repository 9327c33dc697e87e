"""The bounds of docs/accuracy.md, measured. ``python tests/stats/accuracy.py`` prints the table."""

import pytest

from . import accuracy

pytestmark = pytest.mark.full


@pytest.mark.parametrize("stream", accuracy.STREAMS)
@pytest.mark.parametrize("rows", [1000, 10_000, 200_000])
@pytest.mark.parametrize(
    ("make", "bound"), [(accuracy.of_records, 0.0133), (accuracy.of_batch, 0.0066), (accuracy.of_day, 0.0014)]
)
def test_ranks_of_99_in_100_quantiles_are_within_their_bound(make, bound, stream, rows):
    if make is accuracy.of_day and rows == 1000:
        rows = 5000  # a window has more than three rows
    found = accuracy.quantiles(make, stream, rows, max(6, 100_000 // rows))
    assert found.p99 <= bound
    # The sketches draw random numbers, which no seed governs: the worst of thousands is farther out.
    assert found.worst <= 2 * bound


@pytest.mark.parametrize("strings", [False, True])
@pytest.mark.parametrize("n", [100, 1000, 10_000])
def test_distinct_counts_have_the_standard_error_that_is_said(n, strings):
    found = accuracy.distinct(n, 200, strings=strings)
    assert found.rms <= 0.023 * 1.15  # of 200, the standard error is known to 5 %
    assert found.p99 <= 0.07


def test_distinct_counts_of_millions_are_as_good():
    assert accuracy.distinct(1_000_000, 20, strings=False).worst <= 0.1


@pytest.mark.parametrize("size", [256, 4096, 20_000])
@pytest.mark.parametrize(("values", "power"), [(500, 1.0), (5000, 1.0), (100_000, 1.0), (100_000, 0.0)])
def test_no_count_of_a_frequent_value_leaves_its_bound(values, power, size):
    wrong, bound = accuracy.frequent(values, size, power, 2)
    assert wrong == 0
    assert bound <= 1 / 512
