"""Moments and quantiles of numbers to the wire and back."""

import math

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import Latency, Moments, Quantiles
from graphsignal_mw.stats.moments import LARGEST
from graphsignal_mw.wire import kll
from graphsignal_mw.wire.schema import LatencyData, MomentsData


def moments_to_wire(moments: Moments) -> MomentsData:
    """Return the wire form of moments."""
    return MomentsData(moments.n, moments.mean, moments.m2, moments.minimum, moments.maximum)


def moments_from_wire(data: MomentsData) -> Moments:
    """Return moments, checked."""
    extremes = [v for v in (data.minimum, data.maximum) if v is not None]
    complete = len(extremes) == (2 if data.n else 0)
    if not complete or not all(map(math.isfinite, (data.mean, *extremes))) or math.isnan(data.m2):
        raise WireError(f"moments: {data}; expected finite numbers, and extremes where n > 0")
    if extremes and extremes[0] > extremes[1]:
        raise WireError(f"moments: minimum {extremes[0]}; expected at most the maximum, {extremes[1]}")
    return Moments(data.n, data.mean, min(data.m2, LARGEST), data.minimum, data.maximum)


def sum_from_wire(name: str, value: float) -> float:
    """Return a sum of numbers >= 0, ended at the largest double."""
    if math.isnan(value):
        raise WireError(f"{name}: {value}; expected a number")
    return min(value, LARGEST)


def quantiles_to_wire(quantiles: Quantiles) -> bytes:
    """Return the bytes of the sketch; none when it is empty."""
    return quantiles.to_bytes() if quantiles.n else b""


def quantiles_from_wire(data: bytes, n: int) -> Quantiles:
    """Return the sketch of ``n`` values, checked."""
    seen = kll.check(data) if data else 0
    if seen != n:
        raise WireError(f"quantiles: a sketch of {seen} values; expected {n}, the n of its moments")
    return Quantiles.from_bytes(data) if data else Quantiles()


def latency_to_wire(latency: Latency) -> LatencyData:
    """Return the wire form of latencies."""
    return LatencyData(moments_to_wire(latency.moments), quantiles_to_wire(latency.quantiles))


def latency_from_wire(data: LatencyData) -> Latency:
    """Return latencies, checked."""
    return Latency(moments_from_wire(data.moments), quantiles_from_wire(data.quantiles, data.moments.n))
