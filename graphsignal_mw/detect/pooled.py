"""Many sketches as one distribution, without chance: merging sketches is random, and detection must not be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats import Quantiles

Floats = NDArray[np.float64]

_MOST = 100  # quantiles that are taken of one sketch


@dataclass(frozen=True, eq=False)
class Pooled:
    """Values in ascending order, each with the share of rows at or below it; shapes (m,)."""

    values: Floats
    ranks: Floats
    n: int

    @classmethod
    def of(cls, sketches: Iterable[Quantiles]) -> "Pooled":
        """Pool sketches, each weighted by its number of values."""
        used = [sketch for sketch in sketches if sketch.n]
        taken = [_quantiles(sketch) for sketch in used]
        total = sum(sketch.n for sketch in used)
        if not total:
            return cls(np.empty(0), np.empty(0), 0)
        values = np.concatenate(taken)
        weights = np.concatenate(
            [np.full(len(some), sketch.n / len(some)) for some, sketch in zip(taken, used, strict=True)]
        )
        order = np.argsort(values, kind="stable")
        ranks = np.cumsum(weights[order])
        return cls(values[order], ranks / ranks[-1], total)  # the last is 1 exactly, not a rounding error more

    def quantiles(self, probabilities: Sequence[float] | Floats) -> Floats:
        """Return the values at ``probabilities``, shape (len(probabilities),); NaN when empty."""
        if not self.n:
            return np.full(len(probabilities), np.nan)
        index = np.searchsorted(self.ranks, np.asarray(probabilities) - 1e-12)
        return self.values[np.minimum(index, len(self.values) - 1)]

    def cdf(self, edges: Sequence[float] | Floats) -> Floats:
        """Return the share of values <= each of ``edges``, shape (len(edges),); zeros when empty."""
        if not self.n:
            return np.zeros(len(edges))
        return np.concatenate([[0.0], self.ranks])[np.searchsorted(self.values, edges, side="right")]


def _quantiles(sketch: Quantiles) -> Floats:
    size = min(sketch.n, _MOST)
    return sketch.quantiles((np.arange(size) + 0.5) / size)
