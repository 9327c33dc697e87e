"""How far a column has moved, to be *seen*: detection decides with more care than this.

Cohen's w between two profiles of a column: the deciles of the reference for numbers, the eight commonest
values for the rest, and one more bin for what is missing (Cohen 1988, "Statistical Power Analysis", 7.2). The
part of w squared that noise alone would give, (bins - 1) (1/n + 1/m), is taken off; what could well be noise is 0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.outline import POINTS, Outline

LEVELS = ((0.5, "high"), (0.3, "medium"), (0.1, "low"))
_DECILES = slice((POINTS - 1) // 10, POINTS - 1, (POINTS - 1) // 10)
_FLOOR = 0.001
_TOP = 8
_FILL = 20
_SAMPLE = 24
_LAST = ("numeric", "n", "texts", "missing", "count")  # what follows the bins in a tally
_NUMERIC, _N, _TEXTS, _MISSING, _COUNT = range(-len(_LAST), 0)
Floats = NDArray[np.float64]


class Reference:
    """What a column looked like before: edges or values, and the share of rows in each bin.

    A tally is what is counted of a row of an outline: bins of numbers, values, and :data:`_LAST`. Tallies add up.
    """

    def __init__(self, before: Outline) -> None:
        some = _sample(before).pooled()
        self.edges = np.unique(some.values[0, _DECILES]) if some.field("n")[0] else np.empty(0)
        self.values = list(some.frequent[0])[:_TOP]
        self.whole = self.tally(before).sum(axis=0)

    def tally(self, outline: Outline) -> Floats:
        """Count each row, shape (rows, bins and more)."""
        cdf = outline.cdf(self.edges)
        numbers = np.diff(cdf, prepend=0.0, append=1.0, axis=1) * outline.field("n")[:, None]
        texts = np.zeros((len(outline), len(self.values)))
        for row, counts in enumerate(outline.frequent if self.values else ()):
            texts[row] = [counts.get(value, 0) for value in self.values]
        last = [outline.numeric, *(outline.field(name) for name in _LAST[1:])]
        return np.concatenate([numbers, texts, np.transpose(last)], axis=1)

    def shift(self, outline: Outline) -> float | None:
        """Cohen's w of all rows together, 0 when noise explains it; None without rows to compare."""
        found = float(self.shifts(self.tally(outline).sum(axis=0)[None])[0])
        return None if np.isnan(found) else found

    def shifts(self, now: Floats, slots: Floats | None = None) -> Floats:
        """Cohen's w of each of the tallies ``now``, shape (rows,); NaN without rows to compare.

        ``slots`` are tallies of the part of the reference that is comparable with each, such as the same hour of
        other days; where it is small it is filled up with 20 rows of the whole.
        """
        rows = now[:, _COUNT]
        expected, known = self._expected(slots if slots is not None else np.zeros_like(now))
        shares, floored = self._shares(now), np.maximum(expected, _FLOOR)
        used = (expected > 0) | (shares > 0)
        squared = np.where(used, (shares - floored) ** 2 / floored, 0.0).sum(axis=1)
        unknown = (rows == 0) | (known == 0) | self._withheld(now)
        variance = 1 / np.maximum(rows, 1.0) + 1 / np.maximum(known, 1.0)
        return np.where(unknown, np.nan, _beyond_noise(squared, used.sum(axis=1) - 1, variance))

    def _expected(self, slots: Floats) -> tuple[Floats, Floats]:
        """Return expected shares and of how many rows they are."""
        rows, whole = slots[:, _COUNT], self._shares(self.whole[None])
        filled = (self._shares(slots) * rows[:, None] + whole * _FILL) / (rows + _FILL)[:, None]
        alone = (rows == 0) | self._withheld(slots) | (self.whole[_COUNT] == 0)
        return np.where(alone[:, None], whole, filled), np.where(alone, self.whole[_COUNT], rows + _FILL)

    def _withheld(self, tallies: Floats) -> NDArray[Any]:
        # A window of very few rows keeps its sketch back: numbers were seen, but not which.
        return np.asarray((tallies[:, _NUMERIC] > 0) & (tallies[:, _N] == 0) & bool(len(self.edges)))

    def _shares(self, tallies: Floats) -> Floats:
        """Share of rows in each bin, shape (rows, bins); they sum to 1 unless there are none."""
        bins = len(self.edges) + 1
        numeric, n = tallies[:, _NUMERIC], tallies[:, _N]
        numbers = tallies[:, :bins] * (numeric / np.maximum(n, 1.0))[:, None]
        numbers[:, -1] += np.where(n > 0, 0.0, numeric)
        values = tallies[:, bins : -len(_LAST)]
        others = np.maximum(0.0, tallies[:, _TEXTS] - values.sum(axis=1))
        counts = np.column_stack([numbers, values, others, tallies[:, _MISSING]])
        rest = np.maximum(0.0, tallies[:, _COUNT] - counts.sum(axis=1))
        return np.column_stack([counts, rest]) / np.maximum(tallies[:, _COUNT], 1.0)[:, None]


def level(shift: float | None) -> str:
    """Name how far it is: ``none`` (below .1), ``low``, ``medium`` (.3), ``high`` (.5), ``unknown``."""
    if shift is None:
        return "unknown"
    return next((name for least, name in LEVELS if shift >= least), "none")


def _sample(outline: Outline) -> Outline:
    """Return some rows, of any time of day: bins need not be exact, as what is in them is counted of every row."""
    if len(outline) <= _SAMPLE:
        return outline
    return outline.take(np.sort(np.random.default_rng(0).permutation(len(outline))[:_SAMPLE]))


def _beyond_noise(squared: Floats, freedom: NDArray[np.int64], variance: Floats) -> Floats:
    """Return w without its noise, which is chi-squared times ``variance``; 0 within 2.5 sd of nothing."""
    freedom = np.maximum(freedom, 0)
    is_noise = squared < variance * (freedom + 2.5 * np.sqrt(2.0 * freedom))
    return np.where(is_noise, 0.0, np.sqrt(np.maximum(0.0, squared - variance * freedom)))
