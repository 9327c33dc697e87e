"""Checks of foreign parts: of the sketches of a profile together, and nothing is kept of what they say."""

from collections.abc import Iterable

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import TYPES
from graphsignal_mw.wire import registers
from graphsignal_mw.wire.numbers import check_moments, check_quantiles
from graphsignal_mw.wire.performance import performance_from_wire
from graphsignal_mw.wire.schema import ColumnData, LatencyData, Part, ProfileData, ValuesData


def check_part(part: Part) -> None:
    """Check what the schema cannot say.

    Raises:
        WireError: when a sketch is malformed or numbers contradict each other.

    """
    profiles = [part.features, part.predictions, *(segment.predictions for segment in part.segments.values())]
    check_columns((column for profile in profiles for column in profile.columns.values()), part.latency)
    for performance in part.performance.values():
        performance_from_wire(performance)


def check_profile(profile: ProfileData) -> None:
    """Check the columns of a profile."""
    check_columns(profile.columns.values())


def check_columns(columns: Iterable[ColumnData], *others: LatencyData) -> None:
    """Check columns and other numbers, all in one pass."""
    found = list(columns)
    for column in found:
        check_counts(column)
    check_values([column.values for column in found if column.values is not None], *others)


def check_counts(column: ColumnData) -> None:
    """Check a column but for its values."""
    if column.missing > column.count:
        raise WireError(f"missing: {column.missing}; expected at most the count, {column.count}")
    for name in column.types:
        if name not in TYPES:
            raise WireError(f"types: {name!r}; expected one of {', '.join(TYPES)}")


def check_values(found: Iterable[ValuesData], *others: LatencyData) -> None:
    """Check the values of columns, and other numbers."""
    values = list(found)
    for each in values:
        check_moments(each.moments)
        check_moments(each.lengths)
    for other in others:
        check_moments(other.moments)
    quantiles = [(each.quantiles, each.moments.n) for each in values]
    check_quantiles([*quantiles, *((other.quantiles, other.moments.n) for other in others)])
    registers.check_all(each.distinct for each in values)
