"""Performance of a numeric output: sums of the error, its quantiles, and moments of the labels."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from graphsignal_mw.stats.moments import Moments
from graphsignal_mw.stats.quantiles import Quantiles


class NumericPerformance:
    """Mergeable sums of the error ``e = prediction - label``, in the unit of the label (powers of it for sums)."""

    __slots__ = ("abs_sum", "errors", "fourth_sum", "labels", "quantiles", "relative_n", "relative_sum")

    def __init__(self) -> None:
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
        return self.errors.m2 + self.errors.n * self.errors.mean**2

    def update(self, labels: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Add labels and predictions, shape (n,) each; pairs that are not finite numbers are left out."""
        actual = np.array(labels, dtype=np.float64)
        predicted = np.array(predictions, dtype=np.float64)
        finite = np.isfinite(actual) & np.isfinite(predicted)
        actual, error = actual[finite], (predicted - actual)[finite]
        self.errors.update(error)
        self.labels.update(actual)
        self.quantiles.update(error)
        self.abs_sum += float(np.abs(error).sum())
        self.fourth_sum += float((error**4).sum())
        nonzero = actual != 0
        self.relative_sum += float(np.abs(error[nonzero] / actual[nonzero]).sum())
        self.relative_n += int(np.count_nonzero(nonzero))

    def merge(self, other: "NumericPerformance") -> None:
        """Add the labels that ``other`` has seen."""
        self.errors.merge(other.errors)
        self.labels.merge(other.labels)
        self.quantiles.merge(other.quantiles)
        self.abs_sum += other.abs_sum
        self.fourth_sum += other.fourth_sum
        self.relative_sum += other.relative_sum
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
