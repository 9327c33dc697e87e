"""Count, mean, variance and extremes, mergeable.

Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Moments:
    """Moments of finite numbers: ``n``, ``mean``, ``m2`` (sum of squared deviations), ``minimum``, ``maximum``.

    ``minimum`` and ``maximum`` are None while ``n`` is 0.
    """

    __slots__ = ("m2", "maximum", "mean", "minimum", "n")

    def __init__(
        self,
        n: int = 0,
        mean: float = 0.0,
        m2: float = 0.0,
        minimum: float | None = None,
        maximum: float | None = None,
    ) -> None:
        self.n, self.mean, self.m2, self.minimum, self.maximum = n, mean, m2, minimum, maximum

    @property
    def variance(self) -> float:
        """Population variance; 0.0 when empty."""
        return self.m2 / self.n if self.n else 0.0

    @property
    def std(self) -> float:
        """Population standard deviation, in the unit of the values."""
        return math.sqrt(self.variance)

    def update(self, values: Sequence[float] | NDArray[np.float64]) -> None:
        """Add finite numbers, shape (n,)."""
        array = np.asarray(values, dtype=np.float64)
        if not array.size:
            return
        mean = float(array.mean())
        if not math.isfinite(mean):
            # The sum of huge values overflows: halve them first.
            mean = float((array * 0.5 / array.size).sum() * 2.0)
        with np.errstate(over="ignore"):
            deviations = array - mean
            m2 = float(np.einsum("i,i->", deviations, deviations))
        self.merge(Moments(array.size, mean, m2, float(array.min()), float(array.max())))

    def merge(self, other: "Moments") -> None:
        """Add the numbers that ``other`` has seen."""
        if not other.n:
            return
        total = self.n + other.n
        delta = other.mean - self.mean
        share = other.n / total
        self.m2 += other.m2 + _squared(delta) * self.n * share
        self.mean = self.mean * (1 - share) + other.mean * share if self.n else other.mean
        self.n = total
        self.minimum = other.minimum if self.minimum is None else _least(self.minimum, other.minimum)
        self.maximum = other.maximum if self.maximum is None else _greatest(self.maximum, other.maximum)


def _squared(value: float) -> float:
    try:
        return value * value
    except OverflowError:
        return math.inf


def _least(a: float, b: float | None) -> float:
    return a if b is None else min(a, b)


def _greatest(a: float, b: float | None) -> float:
    return a if b is None else max(a, b)
