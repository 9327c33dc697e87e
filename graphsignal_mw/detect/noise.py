"""How much a series varies between windows although nothing is wrong: learned from past errors of the level."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.layout import Layout
from graphsignal_mw.detect.scales import Scale

Floats = NDArray[np.float64]

PRIOR_WINDOWS = 4
HOUR_PRIOR_WINDOWS = 20
COLD_START = 0.25  # standard deviation between windows while there is no history at all
_MEDIAN_CHI2 = 0.455  # median of chi-square with one degree of freedom
_WINSOR = 16.0  # squared residuals are cut at four standard deviations


@dataclass(frozen=True, eq=False)
class Noise:
    """Variance between windows by hour of day, shape (24, series), and windows it was learned from, shape (series,).

    ``peak`` is the largest standardised error of a window that was not flagged, shape (series,).
    """

    variance: Floats
    windows: Floats
    peak: Floats


def rolling(values: Floats, ends: NDArray[np.int64], length: int) -> Floats:
    """Return sums over the ``length`` steps that end with each of ``ends``, shape (ends, series)."""
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return np.asarray(sums[ends + 1] - sums[ends + 1 - length])


def pool(rows: Floats, values: Floats, ends: NDArray[np.int64], length: int) -> tuple[Floats, Floats]:
    """Return rows and means of the windows of ``length`` steps that end with ``ends``, shapes (ends, series)."""
    total = np.rint(rolling(rows, ends, length))
    sums = rolling(rows * values, ends, length)
    return total, np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)


@dataclass(frozen=True, eq=False)
class Errors:
    """Past errors of the level, whole days, shapes (steps, series); ``is_kept`` says which were not flagged."""

    residuals: Floats
    rows: Floats
    row_variance: Floats
    is_kept: NDArray[np.bool_]


def fit_noise(errors: Errors, scale: Scale, per_day: int, layout: Layout) -> Noise:
    """Estimate the noise of the windows of ``scale``, taken as often as they are tested, ``per_day`` steps a day.

    Windows overlap; they count as many as would not.
    """
    ends = np.arange(scale.length - 1, len(errors.rows))
    ends = ends[(ends + 1) % scale.every == 0]
    rows, found = pool(errors.rows, errors.residuals, ends, scale.length)
    sampling = pool(errors.rows, errors.row_variance, ends, scale.length)[1] / np.maximum(rows, 1)
    has_rows = rows > 0
    prior = layout.prior
    excess = _excess(found, sampling, has_rows, prior)
    weights = has_rows / (sampling + prior**2)
    windows = has_rows.sum(axis=0) * (scale.every / scale.length)
    overall = _shrunk(_weighted(excess, weights), windows, PRIOR_WINDOWS, prior**2)
    overall = np.where(windows == 0, COLD_START**2, layout.at_least_of_bins(overall))
    hour = hour_of(ends, scale, per_day)
    hours = np.tile(overall, (24, 1))
    if scale.length * 4 <= per_day:
        _by_hour(hours, excess, weights, overall, hour)
    is_kept = rolling((~errors.is_kept).astype(np.float64), ends, scale.length) == 0
    z = standardised(found, sampling + hours[hour], layout.margin)
    peak = np.where(has_rows & is_kept, z, 0.0).max(axis=0, initial=0.0)
    return Noise(hours, PRIOR_WINDOWS + windows, peak)


def hour_of(ends: NDArray[np.int64], scale: Scale, per_day: int) -> NDArray[np.int64]:
    """Return the hour of the day of the middle of the windows that end with ``ends``, shape (ends,)."""
    return np.asarray((ends - scale.length // 2) % per_day * 24 // per_day)


def standardised(deviation: Floats, variance: Floats, margin: Floats) -> Floats:
    """Return by how many standard deviations a deviation is beyond ``margin``, never negative."""
    return np.asarray(np.maximum(np.abs(deviation) - margin, 0.0) / np.sqrt(variance))


def _excess(errors: Floats, sampling: Floats, has_rows: NDArray[np.bool_], prior: Floats) -> Floats:
    """Return squared errors beyond sampling, winsorised so that past incidents do not hide later ones."""
    first_guess = np.where(has_rows, errors**2 / _MEDIAN_CHI2 - sampling, np.nan)
    between = np.maximum(_median(first_guess), 0.0)
    return np.minimum(errors**2, _WINSOR * (sampling + between + prior**2)) - sampling


def _median(values: Floats) -> Floats:
    """Return the median of each series without its NaN, 0 where there is nothing else."""
    counts = np.isfinite(values).sum(axis=0)
    ordered = np.sort(values, axis=0)  # NaN goes last
    if not len(values):
        return np.zeros(values.shape[1])
    middle = np.take_along_axis(ordered, np.maximum(counts - 1, 0)[None, :] // 2, axis=0)[0]
    return np.where(counts > 0, middle, 0.0)


def _weighted(excess: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=0)
    return np.asarray(np.divide((weights * excess).sum(axis=0), total, out=np.zeros(len(total)), where=total > 0))


def _shrunk(found: Floats, windows: Floats, prior_windows: float, prior: Floats) -> Floats:
    return np.asarray((prior_windows * prior + windows * np.maximum(found, 0.0)) / (prior_windows + windows))


def _by_hour(hours: Floats, excess: Floats, weights: Floats, overall: Floats, hour: NDArray[np.int64]) -> None:
    for each in np.unique(hour):
        of_hour = hour == each
        windows = (weights[of_hour] > 0).sum(axis=0)
        found = _shrunk(_weighted(excess[of_hour], weights[of_hour]), windows, HOUR_PRIOR_WINDOWS, overall)
        hours[each] = np.where(windows >= 5, np.maximum(found, 0.25 * overall), overall)
