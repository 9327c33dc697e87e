"""Checks of foreign parts: of the sketches of a profile together, and nothing is kept of what they say."""

from collections.abc import Iterable

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import TYPES
from graphsignal_mw.wire import registers
from graphsignal_mw.wire.numbers import check_moments, check_quantiles, latency_from_wire
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
    check_values([column.values for column in profile.columns.values() if column.values is not None])


def check_counts(column: ColumnData) -> None:
    """Check a column but for its values."""
    if column.missing > column.count:
        raise WireError(f"missing: {column.missing}; expected at most the count, {column.count}")
    for name in column.types:
        if name not in TYPES:
            raise WireError(f"types: {name!r}; expected one of {', '.join(TYPES)}")


def check_values(found: Iterable[ValuesData]) -> None:
    """Check the values of columns."""
    values = list(found)
    for each in values:
        check_moments(each.moments)
        check_moments(each.lengths)
    check_quantiles((each.quantiles, each.moments.n) for each in values)
    registers.check_all(each.distinct for each in values)
