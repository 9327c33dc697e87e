"""How many false issues there may be: one budget, spent over scales, families and columns."""

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.scales import Scale

BUDGET = 1.0
"""False issues of one deployment in 30 days."""


def alpha_of(scale: Scale, step: int, scales: int, families: int, budget: float = BUDGET) -> float:
    """Return the level of one test of one family at ``scale``, so that ``budget`` false issues come in 30 days."""
    return budget / (scales * families * scale.evaluations(step))


def simes(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Combine p-values, shape (..., columns), into one for "no column has changed", shape (...).

    Simes (1986), "An improved Bonferroni procedure for multiple tests of significance".
    """
    ordered = np.sort(p, axis=-1)
    columns = p.shape[-1]
    return np.asarray(np.minimum(1.0, (ordered * columns / np.arange(1, columns + 1)).min(axis=-1)))


def discoveries(p: NDArray[np.float64], alpha: float) -> NDArray[np.bool_]:
    """Say which columns have changed, shapes (..., columns): at most a share ``alpha`` of those listed should be wrong.

    Benjamini and Hochberg (1995), "Controlling the false discovery rate". Nothing is listed where Simes finds nothing.
    """
    columns = p.shape[-1]
    ordered = np.sort(p, axis=-1)
    steps = alpha * np.arange(1, columns + 1) / columns
    count = np.where(ordered <= steps, np.arange(1, columns + 1), 0).max(axis=-1)
    return np.asarray((p <= (alpha * count / columns)[..., None]) & (count > 0)[..., None])
