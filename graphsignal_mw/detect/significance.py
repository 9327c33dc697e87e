"""P-values of pooled windows: how surprising is a deviation, given sampling and the noise between windows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from graphsignal_mw.detect.layout import Layout
from graphsignal_mw.detect.noise import Noise, standardised

Floats = NDArray[np.float64]

TAIL = 1.25
_SUSPECT = 0.01  # the slower tests can only raise p, so they are made where p is below this


@dataclass(frozen=True, eq=False)
class Pools:
    """Pooled windows, shapes (windows, series): rows, mean, expected mean, variance of one row; hour (windows,)."""

    rows: Floats
    observed: Floats
    expected: Floats
    row_variance: Floats
    hour: NDArray[np.int64]

    @property
    def deviation(self) -> Floats:
        """Observed minus expected."""
        return self.observed - self.expected

    @property
    def sampling(self) -> Floats:
        """Variance that comes from the number of rows."""
        return self.row_variance / np.maximum(self.rows, 1)


def p_values(pools: Pools, noise: Noise, layout: Layout) -> Floats:
    """Return p-values of "within the margin of what is expected", shape (windows, series); 1 without rows.

    The largest of Student's t (Satterthwaite's degrees of freedom), the tail of a beta distribution with the same
    range, mean and variance, and for shares the exact binomial tail.
    """
    between = noise.variance[pools.hour]
    variance = pools.sampling + between
    t = standardised(pools.deviation, variance, layout.margin)
    p = student(t * tail_factor(noise), variance, between, noise.windows)
    # What has been seen before cannot be rarer than that, whatever the shape of its distribution.
    p = np.where(t <= noise.peak, np.maximum(p, 1 / (noise.windows + 1)), p)
    wrong_way = pools.deviation * layout.direction < 0
    p = np.where(wrong_way | (pools.rows <= 0) | ~np.isfinite(p), 1.0, p)
    suspect = (p < _SUSPECT) & np.isfinite(layout.high)
    if suspect.any():
        p[suspect] = np.maximum(p[suspect], _bounded_tails(suspect, pools, variance, layout))
    return p


def tail_factor(noise: Noise) -> Floats:
    """Return by how much to shrink t where the largest past error was larger than a normal one, shape (series,).

    Weather, queues and the like have heavier tails; their past peak is taken for what the peak of as many normal
    errors would be, a quarter more allowed.
    """
    usual = special.ndtri(1 - 0.5 / (noise.windows + 1))
    return np.asarray(np.minimum(1.0, TAIL * usual / np.maximum(noise.peak, 1e-9)))


def student(t: Floats, variance: Floats, between: Floats, windows: Floats) -> Floats:
    """Return two-sided p-values of Student's ``t`` >= 0, of which ``between`` of the ``variance`` was estimated.

    Satterthwaite (1946), "An approximate distribution of estimates of variance components".
    """
    freedom = np.minimum(variance**2 / (between**2 / windows + 1e-12), 1e6)
    return np.where(t > 0, 2 * special.stdtr(freedom, -t), 1.0)


def binomial(share: Floats, limit: Floats, rows: Floats, is_up: NDArray[np.bool_]) -> Floats:
    """Return two-sided p-values of so large (or small) a ``share`` of ``rows`` when the true one is ``limit``."""
    hits = np.clip(np.round(share * rows), 0, rows)
    upper = np.where(hits <= 0, 1.0, special.betainc(np.maximum(hits, 1), rows - hits + 1, limit))
    lower = np.where(hits >= rows, 1.0, special.betaincc(hits + 1, np.maximum(rows - hits, 1), limit))
    return np.asarray(np.minimum(1.0, 2 * np.where(is_up, upper, lower)))


def beta(share: Floats, limit: Floats, rows: Floats, variance: Floats, is_up: NDArray[np.bool_]) -> Floats:
    """Return two-sided p-values of ``share`` under a beta distribution of mean ``limit`` and ``variance``.

    Rare, bursty shares are skewed, which Student's t does not know.
    """
    total = np.maximum(limit * (1 - limit) / np.maximum(variance, 1e-15) - 1, 1e-3)
    first, second = limit * total, (1 - limit) * total
    upper = special.betaincc(first, second, np.clip(share - 0.5 / rows, 1e-12, 1 - 1e-12))
    lower = special.betainc(first, second, np.clip(share + 0.5 / rows, 1e-12, 1 - 1e-12))
    return np.asarray(np.minimum(1.0, 2 * np.where(is_up, upper, lower)))


def _bounded_tails(suspect: NDArray[np.bool_], pools: Pools, variance: Floats, layout: Layout) -> Floats:
    """Return the larger of the beta and (for shares) the binomial tail, with all values as parts of their range."""
    series = np.broadcast_to(np.arange(len(layout.series)), suspect.shape)[suspect]
    low, margin = layout.low[series], layout.margin[series]
    width = layout.high[series] - low
    is_up = pools.deviation[suspect] > 0
    rows = pools.rows[suspect]
    part = np.clip((pools.observed[suspect] - low) / width, 0.0, 1.0)
    limit = (pools.expected[suspect] + np.where(is_up, margin, -margin) - low) / width
    limit = np.clip(limit, 1e-9, 1 - 1e-9)
    skewed = beta(part, limit, rows, variance[suspect] / width**2, is_up)
    return np.where(layout.is_share[series], np.maximum(binomial(part, limit, rows, is_up), skewed), skewed)
