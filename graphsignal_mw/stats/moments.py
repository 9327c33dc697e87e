"""Count, mean, variance and extremes, mergeable.

Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
"""

import math
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LARGEST = sys.float_info.max  # where sums of squares end, so that none is infinite
MOST = 1 << 44  # where counts end: more than anyone has, and few enough that many of them can be added


class Moments:
    """Moments of finite numbers: ``n``, ``mean``, ``m2`` (sum of squared deviations), ``minimum``, ``maximum``.

    ``minimum`` and ``maximum`` are None while ``n`` is 0; ``m2`` ends at :data:`LARGEST`.
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

    @property
    def spread(self) -> float:
        """Standard deviation; the size of the mean where all values are equal, 0.0 when empty.

        Never less than the extremes imply (their range over sqrt(2n)), also where ``m2`` has ended.
        """
        if self.minimum is None or self.maximum is None:
            return 0.0
        half = self.maximum / 2 - self.minimum / 2
        return max(self.std, half * math.sqrt(2 / self.n)) or abs(self.mean)

    def update(self, values: Sequence[float] | NDArray[np.float64]) -> None:
        """Add finite numbers, shape (n,)."""
        array = np.asarray(values, dtype=np.float64)
        if not array.size:
            return
        least, greatest = float(array.min()), float(array.max())
        with np.errstate(over="ignore"):
            mean = float(np.add.reduce(array)) / array.size
            if not math.isfinite(mean):
                # The sum of huge values overflows: halve them first.
                mean = float((array * 0.5 / array.size).sum()) * 2.0
            mean = min(max(mean, least), greatest)
            deviations = array - mean
            m2 = min(float(np.einsum("i,i->", deviations, deviations)), LARGEST)
        self.merge(Moments(array.size, mean, m2, least, greatest))

    def update_weighted(self, values: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        """Add small integers, shape (n,), with how often each was seen."""
        if not values.size:
            return
        n = int(counts.sum())
        mean = int((values * counts).sum()) / n
        m2 = float((counts * (values - mean) ** 2).sum())
        self.merge(Moments(n, mean, m2, float(values.min()), float(values.max())))

    def merge(self, other: "Moments") -> None:
        """Add the numbers that ``other`` has seen, unless that would be more than :data:`MOST`."""
        if not other.n or other.minimum is None or other.maximum is None:
            return
        if not self.n or self.minimum is None or self.maximum is None:
            self.n, self.mean, self.m2 = other.n, other.mean, other.m2
            self.minimum, self.maximum = other.minimum, other.maximum
            return
        total = self.n + other.n
        if total > MOST:
            return
        delta = other.mean - self.mean
        share = other.n / total
        self.m2 = min(self.m2 + other.m2 + delta * delta * self.n * share, LARGEST)
        self.mean = self.mean * (1 - share) + other.mean * share
        self.n = total
        self.minimum, self.maximum = min(self.minimum, other.minimum), max(self.maximum, other.maximum)


def moments_of_rows(matrix: NDArray[np.float64]) -> list[Moments] | None:
    """Return the moments of each row of ``matrix``, shape (rows, n); None where a number or a sum is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        least, greatest, mean = matrix.min(axis=1), matrix.max(axis=1), matrix.mean(axis=1)
        mean = np.clip(mean, least, greatest)
        deviations = matrix - mean[:, np.newaxis]
        m2 = np.einsum("ij,ij->i", deviations, deviations)
    if not np.isfinite(m2).all():  # which it is of finite numbers alone
        return None
    n = matrix.shape[1]
    each = zip(mean.tolist(), m2.tolist(), least.tolist(), greatest.tolist(), strict=True)
    return [Moments(n, *found) for found in each]
