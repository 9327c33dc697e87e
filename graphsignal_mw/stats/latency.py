"""Latency of requests, in seconds."""

from collections.abc import Sequence

import numpy as np

from graphsignal_mw.stats.moments import Moments
from graphsignal_mw.stats.quantiles import Quantiles


class Latency:
    """Moments and quantiles of durations in seconds. Requests alone, so never a value of a user's data."""

    __slots__ = ("moments", "quantiles")

    def __init__(self, moments: Moments | None = None, quantiles: Quantiles | None = None) -> None:
        self.moments = moments or Moments()
        self.quantiles = quantiles or Quantiles()

    def update(self, seconds: Sequence[float]) -> None:
        """Add durations, shape (n,), seconds."""
        array = np.asarray(seconds, dtype=np.float64)
        self.moments.update(array)
        self.quantiles.update(array)

    def merge(self, other: "Latency") -> None:
        """Add the durations that ``other`` has seen."""
        self.moments.merge(other.moments)
        self.quantiles.merge(other.quantiles)
