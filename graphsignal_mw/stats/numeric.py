"""Performance of a numeric output: sums of the error, its quantiles, and moments of the labels."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphsignal_mw.stats.moments import LARGEST, Moments
from graphsignal_mw.stats.quantiles import Quantiles
from graphsignal_mw.stats.rounding import rounded


class NumericPerformance:
    """Mergeable sums of the error ``e = prediction - label``, in the unit of the label (powers of it for sums).

    ``significant_digits`` rounds what enters the quantiles. Sums end at the largest double.
    """

    __slots__ = ("abs_sum", "digits", "errors", "fourth_sum", "labels", "quantiles", "relative_n", "relative_sum")

    def __init__(self, significant_digits: int | None = None) -> None:
        self.digits = significant_digits
        self.errors = Moments()
        self.labels = Moments()
        self.quantiles = Quantiles()
        self.abs_sum = self.fourth_sum = self.relative_sum = 0.0
        self.relative_n = 0

    @property
    def n(self) -> int:
        """Number of labels."""
        return self.errors.n

    @property
    def square_sum(self) -> float:
        """Sum of squared errors."""
        return _added(self.errors.m2, self.errors.n * self.errors.mean * self.errors.mean)

    def update(self, labels: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Add labels and predictions, shape (n,) each; pairs that are not finite numbers are left out."""
        actual = np.array(labels, dtype=np.float64)
        predicted = np.array(predictions, dtype=np.float64)
        finite = np.isfinite(actual) & np.isfinite(predicted)
        actual, predicted = actual[finite], predicted[finite]
        nonzero = actual != 0
        with np.errstate(over="ignore"):
            error = np.clip(predicted - actual, -LARGEST, LARGEST)
            self.abs_sum = _added(self.abs_sum, float(np.abs(error).sum()))
            self.fourth_sum = _added(self.fourth_sum, float((error**4).sum()))
            self.relative_sum = _added(self.relative_sum, float(np.abs(error[nonzero] / actual[nonzero]).sum()))
        self.relative_n += int(np.count_nonzero(nonzero))
        self.labels.update(actual)
        self.errors.update(error)
        self.quantiles.update(rounded(error, self.digits, self.errors))

    def merge(self, other: "NumericPerformance") -> None:
        """Add the labels that ``other`` has seen."""
        self.errors.merge(other.errors)
        self.labels.merge(other.labels)
        self.quantiles.merge(other.quantiles)
        self.abs_sum = _added(self.abs_sum, other.abs_sum)
        self.fourth_sum = _added(self.fourth_sum, other.fourth_sum)
        self.relative_sum = _added(self.relative_sum, other.relative_sum)
        self.relative_n += other.relative_n

    def metrics(self) -> dict[str, float | None]:
        """MSE, RMSE, MAE, MAPE, R2 and bias (mean of prediction - label), None where undefined."""
        n = self.n
        mse = self.square_sum / n if n else None
        return {
            "n": n,
            "mse": mse,
            "rmse": math.sqrt(mse) if mse is not None else None,
            "mae": self.abs_sum / n if n else None,
            "mape": self.relative_sum / self.relative_n if self.relative_n else None,
            "r2": 1 - self.square_sum / self.labels.m2 if self.labels.m2 else None,
            "bias": self.errors.mean if n else None,
        }


def _added(total: float, more: float) -> float:
    return min(total + more, LARGEST)
