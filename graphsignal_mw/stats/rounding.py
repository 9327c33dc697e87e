"""Rounding numbers to a few significant digits of their column, so that a sketch holds no exact value."""

import math

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.moments import Moments

_MOST_DECIMALS = 300  # 10 ** decimals must stay a finite, normal double


def rounded(numbers: NDArray[np.float64], digits: int | None, moments: Moments) -> NDArray[np.float64]:
    """Return finite ``numbers``, shape (n,), to ``digits`` significant digits of the spread of ``moments``.

    With 4, numbers of a column with standard deviation 20 are kept to 0.01. None keeps them as they are.
    """
    spread = moments.spread
    if digits is None or not spread:
        return numbers
    decimals = max(digits - 1 - math.floor(math.log10(spread)), -_MOST_DECIMALS)
    if decimals > _MOST_DECIMALS:
        return numbers
    with np.errstate(over="ignore"):
        found = np.round(numbers, decimals)
    # Next to the largest double, rounding up leaves the doubles.
    return np.where(np.isfinite(found), found, numbers)
