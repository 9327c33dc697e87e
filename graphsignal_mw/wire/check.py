"""Checks of foreign parts, one column at a time: nothing is kept, so that memory does not grow with what was sent."""

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import TYPES
from graphsignal_mw.wire import registers
from graphsignal_mw.wire.numbers import latency_from_wire, moments_from_wire, quantiles_from_wire
from graphsignal_mw.wire.performance import performance_from_wire
from graphsignal_mw.wire.schema import ColumnData, Part, ProfileData, ValuesData


def check_part(part: Part) -> None:
    """Check what the schema cannot say.

    Raises:
        WireError: when a sketch is malformed or numbers contradict each other.

    """
    latency_from_wire(part.latency)
    for profile in (part.features, part.predictions, *(segment.predictions for segment in part.segments.values())):
        check_profile(profile)
    for performance in part.performance.values():
        performance_from_wire(performance)


def check_profile(profile: ProfileData) -> None:
    """Check the columns of a profile."""
    for column in profile.columns.values():
        check_counts(column)
        if column.values is not None:
            check_values(column.values)


def check_counts(column: ColumnData) -> None:
    """Check a column but for its values."""
    if column.missing > column.count:
        raise WireError(f"missing: {column.missing}; expected at most the count, {column.count}")
    for name in column.types:
        if name not in TYPES:
            raise WireError(f"types: {name!r}; expected one of {', '.join(TYPES)}")


def check_values(values: ValuesData) -> None:
    """Check the values of a column."""
    moments_from_wire(values.moments)
    moments_from_wire(values.lengths)
    if values.quantiles or values.moments.n:
        quantiles_from_wire(values.quantiles, values.moments.n)
    if values.distinct:
        registers.unpack(values.distinct)
