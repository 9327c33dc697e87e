"""Many windows as one: their sketches are added up in large ones, and only the sum is kept as a small one.

Each merge into a small sketch costs some accuracy; so it is done once, not once for each window.
"""

from collections.abc import Iterable, Iterator

from graphsignal_mw.stats import (
    ACCUMULATOR_K,
    Column,
    Latency,
    Performance,
    Profile,
    Quantiles,
    Values,
    WindowStats,
)
from graphsignal_mw.stats.numeric import NumericPerformance
from graphsignal_mw.stats.quantiles import CLIENT_K

Holder = Values | Latency | NumericPerformance


def added_up(windows: Iterable[WindowStats], *, fill: bool) -> WindowStats:
    """Return what ``windows`` have seen together, ``fill`` as :meth:`WindowStats.merge` has it."""
    total = WindowStats()
    total.latency.quantiles = Quantiles(ACCUMULATOR_K)
    for window in windows:
        _make_room(total, window)
        total.merge(window, fill=fill)
    for holder in _holders(total):
        holder.quantiles = Quantiles.merged([holder.quantiles], CLIENT_K)
    return total


def _make_room(total: WindowStats, window: WindowStats) -> None:
    """Make large sketches for what ``window`` is the first to have."""
    for name, performance in window.performance.items():
        known: Performance = total.performance_of(name)
        if performance.numeric.n and not known.numeric.n:
            known.numeric.quantiles = Quantiles(ACCUMULATOR_K)
    for profile, found in (
        (total.features, window.features),
        (total.predictions, window.predictions),
        *((total.segment(name).predictions, segment.predictions) for name, segment in window.segments.items()),
    ):
        for name in found.columns:
            if name not in profile.columns and len(profile.columns) < profile.max_columns:
                profile.columns[name] = Column(ACCUMULATOR_K)


def _holders(stats: WindowStats) -> Iterator[Holder]:
    yield stats.latency
    yield from (performance.numeric for performance in stats.performance.values())
    profiles: list[Profile] = [stats.features, stats.predictions]
    profiles += [segment.predictions for segment in stats.segments.values()]
    yield from (column.values for profile in profiles for column in profile.columns.values())
