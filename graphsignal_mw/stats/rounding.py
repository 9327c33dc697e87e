"""Rounding numbers to a few significant digits of their column, so that a sketch holds no exact value."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.moments import Moments

_MOST_DECIMALS = 300  # 10 ** decimals must stay a finite, normal double
_EXACT_DECIMALS = 22  # so far 10 ** decimals is exact as a double
_POWERS = [10.0**decimals for decimals in range(_EXACT_DECIMALS + 1)]


def rounded(numbers: NDArray[np.float64], digits: int | None, moments: Moments) -> NDArray[np.float64]:
    """Return finite ``numbers``, shape (n,), to ``digits`` significant digits of the spread of ``moments``.

    With 4, numbers of a column with standard deviation 20 are kept to 0.01. None keeps them as they are.
    """
    decimals = _decimals(moments.spread, digits)
    if decimals is None:
        return numbers
    with np.errstate(over="ignore"):
        found = np.round(numbers, decimals)
    # Next to the largest double, rounding up leaves the doubles.
    is_finite = np.isfinite(found)
    return found if is_finite.all() else np.where(is_finite, found, numbers)


def rounded_rows(matrix: NDArray[np.float64], digits: int | None, moments: Sequence[Moments]) -> NDArray[np.float64]:
    """Return ``matrix``, shape (columns, n), with each row rounded as :func:`rounded` does it by its own moments."""
    decimals = [_decimals(each.spread, digits) for each in moments]
    if all(each is not None and 0 <= each <= _EXACT_DECIMALS for each in decimals):
        scales = np.array([_POWERS[each or 0] for each in decimals])[:, np.newaxis]
        with np.errstate(over="ignore"):
            found: NDArray[np.float64] = np.rint(matrix * scales)
        found /= scales
        if np.isfinite(found).all():
            return found
    return np.stack([rounded(row, digits, each) for row, each in zip(matrix, moments, strict=True)])


def _decimals(spread: float, digits: int | None) -> int | None:
    """Return how many decimals are kept, None for all of them."""
    if digits is None or not spread:
        return None
    decimals = max(digits - 1 - math.floor(math.log10(spread)), -_MOST_DECIMALS)
    return decimals if decimals <= _MOST_DECIMALS else None
