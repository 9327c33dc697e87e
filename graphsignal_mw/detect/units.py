"""Another unit? Whether numbers look multiplied, all of them or a part."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.pooled import Pooled

Floats = NDArray[np.float64]

_PROBABILITIES = np.arange(1, 20) / 20
_LEAST_SHARE = 0.15
_NEAR = 0.04  # relative error of a measured factor
_EXPLAINED = 0.4  # of the difference, what may remain unexplained
_BETTER = 0.8  # of what another explanation leaves unexplained, what may remain


@dataclass(frozen=True)
class Conversion:
    """New value = ``factor`` * old value + ``offset``; ``name`` says which units that could be, or is ""."""

    factor: float
    offset: float = 0.0
    name: str = ""

    def is_visible(self, middle: float) -> bool:
        """Whether the offset shows in values of about ``middle``: far from 0 a temperature is just another factor."""
        return not self.offset or abs(self.offset) >= 0.25 * abs((self.factor - 1) * middle)

    @property
    def text(self) -> str:
        """What it looks like, in words."""
        if self.offset:
            return f"converted ({self.name}?)"
        done = (
            f"multiplied by {self.factor:.4g}"
            if self.factor >= 1 or not self.name
            else f"divided by {1 / self.factor:.4g}"
        )
        return f"{done} ({self.name}?)" if self.name else done


@dataclass(frozen=True)
class Explained:
    """A conversion that explains the difference when about ``share`` of the rows are converted."""

    conversion: Conversion
    share: float


_PAIRS = (
    (1.609344, "miles", "kilometres"),
    (2.2046226, "kilograms", "pounds"),
    (3.2808399, "metres", "feet"),
    (2.54, "inches", "centimetres"),
    (3.6, "m/s", "km/h"),
    (60.0, "minutes", "seconds"),
    (3600.0, "hours", "seconds"),
    (24.0, "days", "hours"),
    (7.0, "weeks", "days"),
    (100.0, "fractions", "per cent"),
    (1000.0, "thousands", "units"),
    (1_000_000.0, "millions", "units"),
)
CONVERSIONS = (
    *(Conversion(factor, 0.0, f"{small} → {large}") for factor, small, large in _PAIRS),
    *(Conversion(1 / factor, 0.0, f"{large} → {small}") for factor, small, large in _PAIRS),
    Conversion(1.8, 32.0, "Celsius → Fahrenheit"),
    Conversion(1 / 1.8, -32 / 1.8, "Fahrenheit → Celsius"),
    Conversion(1.0, 273.15, "Celsius → kelvin"),
    Conversion(1.0, -273.15, "kelvin → Celsius"),
)


def explain_shift(before: Pooled, now: Pooled) -> Explained | None:
    """Return the conversion that explains how ``now`` differs from ``before``, None where none does.

    A factor without a name is the last resort: most rows in another unit look much like all rows times a bit less.
    """
    if min(before.n, now.n) < 20:
        return None
    ratio = _same_ratio(before, now)
    if ratio is not None and ratio.conversion.name:
        return ratio
    return _mixture(before, now, [] if ratio is None else [ratio.conversion]) or ratio


def _mixture(before: Pooled, now: Pooled, rivals: Sequence[Conversion]) -> Explained | None:
    """Fit cdf = (1 - share) * old cdf + share * converted cdf by least squares, and take the best conversion.

    It has to explain most of the difference, and more of it than ``rivals`` do, or than if the values had just become
    larger or smaller; and no part of the distribution may be elsewhere than it says.
    """
    edges = np.union1d(before.quantiles(_PROBABILITIES), now.quantiles(_PROBABILITIES))
    old = before.cdf(edges)
    gap = now.cdf(edges) - old
    middle, new_middle = float(before.quantiles([0.5])[0]), float(now.quantiles([0.5])[0])
    fits = [_fit(conversion, before, edges, old, gap) for conversion in CONVERSIONS if conversion.is_visible(middle)]
    share, rest, conversion = min(fits, key=lambda fit: fit[1])
    size = _rms(gap)
    moved = Conversion(1.0, new_middle - middle)
    is_clear = size > 1.5 / np.sqrt(now.n) and rest < _EXPLAINED * size and share >= _LEAST_SHARE
    is_better = all(rest < _BETTER * _fit(rival, before, edges, old, gap)[1] for rival in (moved, *rivals))
    explained = Explained(conversion, share)
    is_close = is_clear and is_better and _farthest(explained, before, now, edges) < max(0.1, 1.5 / np.sqrt(now.n))
    return explained if is_close else None


def _farthest(explained: Explained, before: Pooled, now: Pooled, edges: Floats) -> float:
    """Return the largest difference between the cdf of ``now`` and what ``explained`` makes of ``before``."""
    conversion, share = explained.conversion, explained.share
    converted = before.quantiles(_PROBABILITIES) * conversion.factor + conversion.offset
    # A little above, so that values that were rounded are not taken for others.
    wide = np.union1d(edges, converted + 0.002 * np.abs(converted))
    moved = before.cdf((wide - conversion.offset) / conversion.factor)
    return float(np.abs(now.cdf(wide) - (1 - share) * before.cdf(wide) - share * moved).max())


def _fit(
    conversion: Conversion, before: Pooled, edges: Floats, old: Floats, gap: Floats
) -> tuple[float, float, Conversion]:
    moved = before.cdf((edges - conversion.offset) / conversion.factor) - old
    power = float(moved @ moved)
    share = min(1.0, max(0.0, float(gap @ moved) / power)) if power else 0.0
    return share, _rms(gap - share * moved), conversion


def _same_ratio(before: Pooled, now: Pooled) -> Explained | None:
    """Return the ratio of the quantiles where it is the same for all of them."""
    old, new = before.quantiles(_PROBABILITIES), now.quantiles(_PROBABILITIES)
    used = old * new > 0
    if used.sum() < 0.7 * len(old) or len(np.unique(old)) < 5:
        return None
    logs = np.log(new[used] / old[used])
    middle = float(np.median(logs))
    is_same = abs(middle) > 0.2 and float(np.abs(logs - middle).max()) < 0.25 * abs(middle)
    return Explained(_named(float(np.exp(middle))), 1.0) if is_same else None


def _named(factor: float) -> Conversion:
    """Return the conversion of units that has about this factor, or just the factor."""
    near = (c for c in CONVERSIONS if not c.offset and abs(np.log(factor / c.factor)) < _NEAR)
    return next(near, Conversion(factor))


def _rms(values: Floats) -> float:
    return float(np.sqrt((values**2).mean()))
