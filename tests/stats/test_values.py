from collections import Counter

import numpy as np
import pytest

from graphsignal_mw.stats import Values


def strings(values):
    found = Values()
    found.add_strings(Counter(values))
    return found


@pytest.mark.parametrize(
    ("values", "identifying"),
    [
        ([f"user-{i}" for i in range(40)], True),
        ([f"user-{i % 10}" for i in range(40)], False),
        ([f"user-{i}" for i in range(20)], False),  # too few to tell
        (["The quick brown fox jumps over the lazy dog, and then over another lazy dog."] * 40, True),
        ([], False),
    ],
)
def test_identifiers_and_free_text_are_known(values, identifying):
    assert strings(values).is_identifying is identifying


def test_distinct_numbers_are_those_that_rounding_keeps_apart():
    found = Values(significant_digits=2)
    found.add_numbers(np.linspace(0, 1, 10_000))
    assert found.distinct.estimate() == pytest.approx(101, rel=0.15)


def test_merged_values_are_counted_together():
    one, other = strings(["a"] * 3), strings(["a", "b"])
    one.add_booleans({"true": 2})
    one.add_lengths([1, 2])
    other.merge(one)
    assert other.n == 9
    assert other.frequent.counts == {"a": 4, "b": 1, "true": 2}
    assert other.lengths.n == 7
