"""Statistics to wire structures and back. What comes back has been checked: see :mod:`graphsignal_mw.wire.kll`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import (
    TYPES,
    Column,
    Distinct,
    Exceptions,
    Frequent,
    Profile,
    SegmentStats,
    Values,
    WindowStats,
)
from graphsignal_mw.stats.text import bounded_name, bounded_text
from graphsignal_mw.wire import registers
from graphsignal_mw.wire.check import check_profile, check_values
from graphsignal_mw.wire.numbers import (
    checked_moments,
    checked_quantiles,
    latency_from_wire,
    latency_to_wire,
    moments_to_wire,
    quantiles_to_wire,
)
from graphsignal_mw.wire.performance import performance_from_wire, performance_to_wire
from graphsignal_mw.wire.schema import (
    MAX_COUNTERS,
    MAX_TEXT,
    MAX_TEXTS,
    ColumnData,
    ExceptionData,
    Part,
    ProfileData,
    SegmentData,
    ValuesData,
)

_NO_TYPES = dict.fromkeys(TYPES, 0)


def stats_to_part(deployment: str, version: str, bucket: int, stats: WindowStats, *, explicit: bool = False) -> Part:
    """Return the part that carries ``stats``; ``bucket`` is its start in Unix seconds.

    ``explicit`` says that the records bear timestamps of their own, which no clock of the sender moves.
    """
    return Part(
        deployment=bounded_name(deployment),
        version=bounded_text(version),
        bucket=bucket,
        explicit=explicit,
        metadata=_texts(stats.metadata),
        counters=_counters(stats.counters),
        latency=latency_to_wire(stats.latency),
        features=profile_to_wire(stats.features),
        predictions=profile_to_wire(stats.predictions),
        segments={
            name: SegmentData(_counters(s.counters), profile_to_wire(s.predictions))
            for name, s in stats.segments.items()
        },
        performance={name: performance_to_wire(p) for name, p in stats.performance.items()},
        exceptions=[_exception_to_wire(k.event, k.count) for k in stats.exceptions.kinds.values()],
        other_exceptions=stats.exceptions.other,
    )


def part_to_stats(part: Part) -> WindowStats:
    """Return the statistics of ``part``.

    Raises:
        WireError: when a sketch is malformed or numbers contradict each other.

    """
    stats = WindowStats()
    stats.metadata.update(part.metadata)
    stats.counters.update(part.counters)
    stats.latency = latency_from_wire(part.latency)
    stats.features = profile_from_wire(part.features)
    stats.predictions = profile_from_wire(part.predictions)
    for name, segment in part.segments.items():
        target = stats.segments[name] = SegmentStats()
        target.counters.update(segment.counters)
        target.predictions = profile_from_wire(segment.predictions)
    stats.performance = {name: performance_from_wire(p) for name, p in part.performance.items()}
    stats.exceptions = _exceptions_from_wire(part)
    return stats


def profile_to_wire(profile: Profile) -> ProfileData:
    """Return the wire form of a profile."""
    columns = {name: column_to_wire(column) for name, column in profile.columns.items()}
    return ProfileData(profile.rows, profile.skipped, columns)


def profile_from_wire(data: ProfileData) -> Profile:
    """Return the profile, its columns checked."""
    check_profile(data)
    profile = Profile()
    profile.rows, profile.skipped = data.rows, data.skipped
    profile.columns = {
        name: restored(column, column.types, _values(column.values) if column.values is not None else Values())
        for name, column in data.columns.items()
    }
    return profile


def column_to_wire(column: Column) -> ColumnData:
    """Return the wire form of a column."""
    return ColumnData(
        count=column.count,
        missing=column.missing,
        zeros=column.zeros,
        empties=column.empties,
        types={name: n for name, n in column.types.items() if n},
        values=values_to_wire(column.values) if column.values.n or column.frequent.total else None,
    )


def restored(counts: Any, types: Mapping[str, int], values: Values) -> Column:
    """Return a column of what was checked: ``counts`` has its counts, by their names."""
    column = Column.__new__(Column)  # an empty column would cost more than this one
    column.count, column.missing = counts.count, counts.missing
    column.zeros, column.empties = counts.zeros, counts.empties
    column.types = {**_NO_TYPES, **types}
    column.values = values
    return column


def values_to_wire(values: Values) -> ValuesData:
    """Return the wire form of a column's values."""
    return ValuesData(
        n=values.n,
        moments=moments_to_wire(values.moments),
        quantiles=quantiles_to_wire(values.quantiles),
        distinct=registers.pack(values.distinct.registers),
        frequent=[(bounded_text(value), n) for value, n in values.frequent.counts.items()],
        frequent_error=values.frequent.error,
        frequent_total=values.frequent.total,
        lengths=moments_to_wire(values.lengths),
    )


def values_from_wire(found: Sequence[ValuesData]) -> list[Values]:
    """Return the values of columns, checked together."""
    check_values(found)
    return [_values(data) for data in found]


def _values(data: ValuesData) -> Values:
    values = Values.__new__(Values)  # as above
    values.n, values.digits = data.n, None
    values.moments = checked_moments(data.moments)
    values.quantiles = checked_quantiles(data.quantiles)
    values.distinct = Distinct(registers.unpack_checked(data.distinct))
    values.frequent = Frequent(dict(data.frequent), data.frequent_error, data.frequent_total)
    values.lengths = checked_moments(data.lengths)
    return values


def _exception_to_wire(event: ExceptionEvent, count: int) -> ExceptionData:
    frames = [(bounded_text(file, MAX_TEXT), line, bounded_text(name, MAX_TEXT)) for file, line, name in event.frames]
    return ExceptionData(
        bounded_text(event.type), count, bounded_text(event.message, MAX_TEXT), frames[-100:], _texts(event.extra)
    )


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return as many of ``texts`` as one part may carry."""
    return {bounded_name(k): bounded_text(v, MAX_TEXT) for k, v in islice(texts.items(), MAX_TEXTS)}


def _counters(counters: Counter[str]) -> dict[str, int]:
    named = counters if len(counters) <= MAX_COUNTERS else dict(counters.most_common(MAX_COUNTERS))
    return {bounded_text(name): n for name, n in named.items() if n}


def _exceptions_from_wire(part: Part) -> Exceptions:
    exceptions = Exceptions()
    for data in part.exceptions:
        event = ExceptionEvent(data.type, data.message, tuple(data.frames), data.extra)
        exceptions.add(event, data.count)
    exceptions.other += part.other_exceptions
    return exceptions
