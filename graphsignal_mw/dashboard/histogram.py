"""What a numeric column looks like now and before: shares of values in bins of equal width."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.dashboard.formats import number, percent
from graphsignal_mw.stats import Column, Quantiles

BINS = 24
_WIDTH, _HEIGHT = 720, 180


@dataclass(frozen=True)
class Bar:
    """One bin: its limits in words, the shares now and before (None without history), and its rectangles."""

    label: str
    now: float
    before: float | None
    x: float
    width: float
    now_height: float
    before_height: float

    @property
    def title(self) -> str:
        """Tooltip: the limits and both shares."""
        past = f", before {percent(self.before)}" if self.before is not None else ""
        return f"{self.label}: now {percent(self.now)}{past}"


@dataclass(frozen=True)
class Histogram:
    """Bars over ``[low, high]``, the range that holds 99 % of what was seen now or before."""

    bars: tuple[Bar, ...]
    low: str
    high: str
    width: int = _WIDTH
    height: int = _HEIGHT


def histogram(now: Column, before: Column | None) -> Histogram | None:
    """Compare two profiles of a column; None where there are no numbers now."""
    past = before.quantiles if before is not None and before.quantiles.n else None
    if not now.quantiles.n:
        return None
    edges = _edges(now.quantiles, past)
    shares, past_shares = _shares(now.quantiles, edges), _shares(past, edges) if past else None
    top = max(shares.max(), past_shares.max() if past_shares is not None else 0.0, 1e-9)
    bars = tuple(_bar(i, edges, shares, past_shares, float(top)) for i in range(len(shares)))
    return Histogram(bars, number(float(edges[0])), number(float(edges[-1])))


def _edges(now: Quantiles, past: Quantiles | None) -> NDArray[np.float64]:
    ends = np.concatenate([q.quantiles((0.005, 0.995)) for q in (now, past) if q])
    # Within what doubles can be subtracted and divided in.
    low, high = (float(np.clip(end, -1e300, 1e300)) for end in (ends.min(), ends.max()))
    if high - low < max(1e-290, abs(low) * 1e-12):
        pad = max(0.5, abs(low) * 0.01)
        low, high = low - pad, high + pad
    if _are_few_integers(low, high):
        return np.arange(low - 0.5, high + 1.0)
    return np.linspace(low, high, BINS + 1)


def _are_few_integers(low: float, high: float) -> bool:
    """Whether each whole number can have a bin of its own."""
    return low == np.rint(low) and high == np.rint(high) and high - low < BINS and abs(low) < 2**50


def _shares(quantiles: Quantiles, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    cdf = quantiles.cdf(edges)
    shares: NDArray[np.float64] = np.diff(cdf)
    shares[0] += cdf[0]
    shares[-1] += 1.0 - cdf[-1]
    return shares


def _bar(
    index: int,
    edges: NDArray[np.float64],
    shares: NDArray[np.float64],
    past: NDArray[np.float64] | None,
    top: float,
) -> Bar:
    width = _WIDTH / len(shares)
    now, before = float(shares[index]), float(past[index]) if past is not None else None
    return Bar(
        label=_limits(float(edges[index]), float(edges[index + 1])),
        now=now,
        before=before,
        x=round(index * width, 2),
        width=round(width, 2),
        now_height=round(_HEIGHT * now / top, 2),
        before_height=round(_HEIGHT * (before or 0.0) / top, 2),
    )


def _limits(low: float, high: float) -> str:
    if high - low == 1 and low % 1 == 0.5:
        return number(low + 0.5)
    return f"{number(low)} to {number(high)}"
