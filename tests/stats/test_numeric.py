import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from graphsignal_mw.stats.numeric import NumericPerformance

from .strategies import any_finite, thorough


def measured(actual, predicted, digits=None):
    found = NumericPerformance(digits)
    found.update(actual, predicted)
    return found


def draw(n=1000):
    rng = np.random.default_rng(5)
    actual = rng.normal(50, 10, n)
    return actual, actual + rng.normal(1, 3, n)


@pytest.mark.parametrize("pieces", [1, 4])
def test_metrics_equal_scikit_learn_in_one_piece_and_in_many(pieces):
    actual, predicted = draw()
    found = NumericPerformance()
    for part in range(pieces):
        found.merge(measured(actual[part::pieces], predicted[part::pieces]))
    shown = found.metrics()
    assert shown["n"] == 1000
    assert shown["mse"] == pytest.approx(metrics.mean_squared_error(actual, predicted), rel=1e-9)
    assert shown["rmse"] == pytest.approx(metrics.root_mean_squared_error(actual, predicted), rel=1e-9)
    assert shown["mae"] == pytest.approx(metrics.mean_absolute_error(actual, predicted), rel=1e-9)
    assert shown["mape"] == pytest.approx(metrics.mean_absolute_percentage_error(actual, predicted), rel=1e-9)
    assert shown["r2"] == pytest.approx(metrics.r2_score(actual, predicted), rel=1e-9)
    assert shown["bias"] == pytest.approx((predicted - actual).mean(), rel=1e-9)
    assert found.quantiles.n == 1000


def test_what_is_not_finite_is_left_out_and_labels_of_zero_have_no_percentage():
    found = measured([1.0, None, float("inf"), 0.0, 2.0], [2.0, 1.0, 1.0, 1.0, float("nan")])
    assert found.metrics() == pytest.approx({"n": 2, "mse": 1, "rmse": 1, "mae": 1, "mape": 1, "r2": -3, "bias": 1})


def test_an_error_beyond_the_doubles_ends_at_the_largest():
    found = measured([1.7e308, 1.0], [-1.7e308, 2.0], digits=4)
    assert found.errors.minimum == -sys.float_info.max
    assert found.quantiles.quantiles([0])[0] == pytest.approx(-sys.float_info.max, rel=1e-3)
    assert found.abs_sum == found.fourth_sum == found.square_sum == sys.float_info.max


@thorough
@given(st.lists(st.tuples(any_finite, any_finite), max_size=12), st.integers(0, 12))
def test_any_finite_pairs_give_finite_sums_without_a_warning(pairs, cut):
    found = NumericPerformance(4)
    for part in (pairs[:cut], pairs[cut:]):
        found.merge(measured([a for a, _ in part], [p for _, p in part], 4))
    sums = (found.abs_sum, found.fourth_sum, found.relative_sum, found.square_sum)
    assert all(0 <= total <= sys.float_info.max for total in sums)
    assert found.quantiles.n == found.n == len(pairs)
    assert np.isfinite(found.quantiles.quantiles([0, 1])).all() or not pairs
    assert all(value is None or value == value for value in found.metrics().values())  # noqa: PLR0124 - not NaN


def test_errors_are_rounded_before_they_enter_the_sketch():
    actual, predicted = draw()
    kept = measured(actual, predicted, digits=2).quantiles.quantiles(np.linspace(0, 1, 50))
    assert (kept == np.round(kept, 1)).all()
