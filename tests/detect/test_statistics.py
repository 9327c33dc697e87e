"""The formulas against exact or simulated values."""

import numpy as np
import pytest
from scipy import stats

from graphsignal_mw.detect.control import alpha_of, discoveries, simes
from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.layout import Layout, Series, Subject
from graphsignal_mw.detect.level import Level
from graphsignal_mw.detect.noise import Errors, Noise, fit_noise, pool
from graphsignal_mw.detect.panel import Panel
from graphsignal_mw.detect.scales import Scale, scales_of
from graphsignal_mw.detect.significance import TAIL, beta, binomial, student, tail_factor

from .streams import DAY, HOUR, START

SUBJECT = Subject("data drift", "features", "x")


def panel(values, rows=None):
    values = np.asarray(values, dtype=float)
    layout = Layout(tuple(Series(SUBJECT, "location", is_share=False) for _ in range(values.shape[1])))
    return Panel(layout, values, np.full(values.shape, 50.0) if rows is None else rows)


def test_simes_is_between_bonferroni_and_the_smallest():
    assert simes(np.array([0.01, 0.02, 0.9])) == pytest.approx(0.03)
    assert simes(np.array([[0.5, 0.5, 0.5]]))[0] == pytest.approx(0.5)


def test_simes_keeps_its_level():
    p = np.random.default_rng(2).random((20_000, 7))
    assert (simes(p) <= 0.05).mean() == pytest.approx(0.05, abs=0.006)


def test_discoveries_are_those_of_benjamini_and_hochberg():
    p = np.array([[0.001, 0.02, 0.03, 0.9], [0.5, 0.6, 0.7, 0.8]])
    expected = [(stats.false_discovery_control(row) <= 0.05).tolist() for row in p]
    assert discoveries(p, 0.05).tolist() == expected


def test_the_budget_is_spent_once():
    scales = scales_of(300)
    spent = sum(5 * alpha_of(s, 300, len(scales), 5) * s.evaluations(300) for s in scales)
    assert spent == pytest.approx(1.0)


def test_binomial_tails_are_exact():
    rows, limit = np.array([50.0, 50.0, 50.0]), np.array([0.1, 0.1, 0.1])
    found = binomial(np.array([0.3, 0.02, 0.0]), limit, rows, np.array([True, False, True]))
    exact = [2 * stats.binom.sf(14, 50, 0.1), 2 * stats.binom.cdf(1, 50, 0.1), 1.0]
    np.testing.assert_allclose(found, exact, rtol=1e-9)


def test_a_beta_tail_is_heavier_than_a_normal_one_for_rare_shares():
    share, limit, rows = np.array([0.05]), np.array([0.005]), np.array([1e6])
    variance = np.array([1e-4])
    normal = 2 * stats.norm.sf((0.05 - 0.005) / 0.01)
    assert beta(share, limit, rows, variance, np.array([True]))[0] > 1000 * normal


def test_students_t_without_estimated_noise_is_normal():
    t = np.array([0.0, 1.96, 4.0])
    found = student(t, np.ones(3), np.zeros(3), np.full(3, 30.0))
    np.testing.assert_allclose(found, [1.0, 2 * stats.norm.sf(1.96), 2 * stats.norm.sf(4)], rtol=1e-4)


def test_students_t_of_pure_noise_has_as_many_degrees_of_freedom_as_windows():
    found = student(np.array([3.0]), np.ones(1), np.ones(1), np.array([10.0]))
    assert found[0] == pytest.approx(2 * stats.t.sf(3, 10), rel=1e-6)


def test_a_past_peak_beyond_a_normal_one_makes_t_smaller():
    usual = stats.norm.ppf(1 - 0.5 / 101)
    peaks = np.array([0.0, usual, TAIL * usual, 4 * TAIL * usual])
    found = tail_factor(Noise(np.ones((24, 4)), np.full(4, 100.0), peaks))
    np.testing.assert_allclose(found, [1, 1, 1, 0.25])


def test_pooled_windows_are_weighted_by_rows():
    rows, values = np.array([[1.0], [3.0], [0.0]]), np.array([[2.0], [6.0], [9.0]])
    total, mean = pool(rows, values, np.array([1, 2]), 2)
    assert total.tolist() == [[4], [3]]
    assert mean.tolist() == [[5], [6]]


def test_noise_finds_the_variance_between_windows():
    rng = np.random.default_rng(8)
    steps, rows, between = 28 * 24, 400.0, 0.3
    residuals = rng.normal(0, np.sqrt(between**2 + 1 / rows), (steps, 1))
    flat = np.ones((steps, 1))
    errors = Errors(residuals, rows * flat, flat, flat > 0)
    noise = fit_noise(errors, Scale(1, 1), 24, panel(residuals).layout)
    assert np.sqrt(noise.variance.mean()) == pytest.approx(between, rel=0.1)
    assert noise.peak[0] == pytest.approx(3.2, abs=1)


def test_noise_hardly_notices_a_past_incident():
    rng = np.random.default_rng(9)
    residuals = rng.normal(0, 0.1, (28 * 24, 1))
    residuals[100:110] += 50
    flat = np.ones_like(residuals)
    noise = fit_noise(Errors(residuals, 1e4 * flat, flat, flat > 0), Scale(1, 1), 24, panel(residuals).layout)
    assert np.sqrt(noise.variance.mean()) < 0.15


def test_the_level_follows_the_hours_of_weekdays_and_weekends():
    grid = Grid.of(START, START + 21 * DAY - 1, HOUR)
    hours = np.arange(grid.size)
    weekend = hours // 24 % 7 >= 5
    level = Level(grid, panel(np.where(weekend, 5.0, np.sin(hours % 24))[:, None], np.full((grid.size, 1), 1e6)))
    _, monday = level.expect(14)
    _, saturday = level.expect(19)
    np.testing.assert_allclose(monday[:, 0], np.sin(np.arange(24)), atol=0.01)
    np.testing.assert_allclose(saturday[:, 0], 5.0, atol=0.01)


def test_recent_days_count_for_more():
    grid = Grid.of(START, START + 15 * DAY - 1, HOUR)
    level = Level(grid, panel(np.repeat([[0.0], [1.0]], [7 * 24, 8 * 24], axis=0)))
    overall, _ = level.expect(14)
    assert overall[0] == pytest.approx(2 / 3)  # a week is the half-life


def test_what_is_left_out_is_not_expected():
    grid = Grid.of(START, START + 10 * DAY - 1, HOUR)
    values = np.zeros((grid.size, 2))
    values[48:72] = 9.0
    level = Level(grid, panel(values))
    level.exclude(48, 72, slice(0, 1))
    overall, _ = level.expect(9)
    assert overall[0] == 0
    assert overall[1] > 0.5


def test_where_everything_is_left_out_everything_counts():
    grid = Grid.of(START, START + 10 * DAY - 1, HOUR)
    level = Level(grid, panel(np.ones((grid.size, 1))))
    level.exclude(0, grid.size, slice(0, 1))
    assert level.expect(9)[0][0] == 1


def test_series_without_rows_have_no_expectation():
    grid = Grid.of(START, START + 10 * DAY - 1, HOUR)
    level = Level(grid, panel(np.zeros((grid.size, 1)), np.zeros((grid.size, 1))))
    assert np.isnan(level.expect(9)[0][0])
