"""Moments and quantiles of numbers to the wire and back."""

import math
from collections.abc import Iterable

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
    check_moments(data)
    return checked_moments(data)


def checked_moments(data: MomentsData) -> Moments:
    """Return moments that :func:`check_moments` has seen."""
    return Moments(data.n, data.mean, min(data.m2, LARGEST), data.minimum, data.maximum)


def check_moments(data: MomentsData) -> None:
    """Check what the schema cannot say of moments."""
    low, high = data.minimum, data.maximum
    if low is None or high is None:
        complete = low is high and not data.n
    else:
        complete = data.n > 0 and math.isfinite(low) and math.isfinite(high)
    if not complete or not math.isfinite(data.mean) or math.isnan(data.m2):
        raise WireError(f"moments: {data}; expected finite numbers, and extremes where n > 0")
    if low is not None and high is not None and low > high:
        raise WireError(f"moments: minimum {low}; expected at most the maximum, {high}")


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
    check_quantiles([(data, n)])
    return checked_quantiles(data)


def check_quantiles(sketches: Iterable[tuple[bytes, int]]) -> None:
    """Check sketches, each with how many values it should be of: all in one pass."""
    found = list(sketches)
    seen = iter(kll.check_all([data for data, _ in found if data]))
    for data, n in found:
        had = next(seen) if data else 0
        if had != n:
            raise WireError(f"quantiles: a sketch of {had} values; expected {n}, the n of its moments")


def checked_quantiles(data: bytes) -> Quantiles:
    """Return the sketch that ``data`` are, which :func:`check_quantiles` has seen: others may crash the process."""
    return Quantiles.from_bytes(data) if data else Quantiles()


def latency_to_wire(latency: Latency) -> LatencyData:
    """Return the wire form of latencies."""
    return LatencyData(moments_to_wire(latency.moments), quantiles_to_wire(latency.quantiles))


def latency_from_wire(data: LatencyData) -> Latency:
    """Return latencies, checked."""
    return Latency(moments_from_wire(data.moments), quantiles_from_wire(data.quantiles, data.moments.n))
