"""Letting statistics leave: what may travel now, what waits, what is dropped and counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from graphsignal_mw.stats import Column, Frequent, Performance, Profile, SegmentStats, Values, WindowStats
from graphsignal_mw.window.key import Key
from graphsignal_mw.window.privacy import Names, divide, public_column, public_performance, public_values
from graphsignal_mw.window.waiting import Spot, Waiting, join

SEGMENT = "segment:"
PERFORMANCE = "performance"


@dataclass(slots=True)
class Release:
    """Applies the privacy rules to windows that close.

    ``clock`` is monotonic seconds; ``pause`` is called before each column.
    """

    min_count: int
    clock: Callable[[], float]
    pause: Callable[[], None] = lambda: None
    waiting: Waiting = field(default_factory=Waiting)
    unnamed: Waiting = field(default_factory=Waiting)  # strings that were not seen often enough to be named, yet
    names: Names = field(init=False)

    def __post_init__(self) -> None:
        self.names = Names(self.min_count)

    def release(self, key: Key, stats: WindowStats) -> WindowStats:
        """Return what of ``stats`` may leave, with what waited for the same window; the rest waits."""
        for stream, profile in _profiles(stats):
            for name, column in profile.columns.items():
                self.pause()
                self.names.note((key.deployment, stream, name), column.frequent.counts, column.values)
        for segment, performance in stats.performance.items():
            self.names.note((key.deployment, PERFORMANCE, segment), performance.categorical.classes())
        return self._public(key, stats, self._admit)

    def preview(self, key: Key, stats: WindowStats) -> WindowStats:
        """Return what of ``stats`` alone may leave, changing nothing."""
        return self._public(key, stats, lambda _, values: divide(values, self.min_count)[0])

    def settle(self, *, final: bool) -> Iterable[tuple[Key, WindowStats]]:
        """Yield what has waited for an hour (with ``final``: all of it) as parts of its hours.

        What is too little even for its hour is dropped, and counted as ``withheld``. Strings that may be named by now
        go to their own window; those that waited in vain are counted without a name.
        """
        late: dict[Key, WindowStats] = {}
        for spot, named in self.unnamed.pick(self._named):
            self._put(late.setdefault(spot.key, WindowStats()), spot, named)
        for spot, strings in self.unnamed.due(self.clock(), everything=final).items():
            if isinstance(strings, Values):
                self._put(late.setdefault(spot.key, WindowStats()), spot, strings)
        for spot, values in self.waiting.due(self.clock(), everything=final).items():
            stats = late.setdefault(spot.key, WindowStats())
            ready, rest = divide(values, self.min_count)
            if rest.n:
                stats.counters["withheld"] += rest.n
            if isinstance(ready, Performance):
                names = self.names.allowed(_place(spot), ready.categorical.classes())
                stats.performance_of(spot.name).merge(public_performance(ready, names))
            elif ready is not None:
                self._put(stats, spot, ready)
        return late.items()

    def _admit(self, spot: Spot, values: Values | Performance) -> Values | Performance | None:
        since, waited = self.waiting.take(spot, self.clock())
        if waited is not None:
            join(values, waited)
        ready, rest = divide(values, self.min_count)
        if rest.n:
            self.waiting.hold(spot, rest, since)
        return self._without_unnamed(spot, ready) if isinstance(ready, Values) else ready

    def _without_unnamed(self, spot: Spot, values: Values) -> Values:
        """Let strings wait that this process has seen too rarely to name them, as all are when it has just started."""
        place, frequent = _place(spot), values.frequent
        names = self.names.allowed(place, frequent.counts)
        unnamed = {value: n for value, n in frequent.counts.items() if value not in names}
        if unnamed and not values.is_identifying and not self.names.hides(place):
            held = Values()
            held.frequent.update(unnamed)
            self.unnamed.hold(spot, held, self.clock())
            named = {value: n for value, n in frequent.counts.items() if value in names}
            values.frequent = Frequent(named, frequent.error, frequent.total - held.frequent.total)
        return values

    def _named(self, spot: Spot, values: Values | Performance) -> Values | None:
        """Take what may be named by now out of the strings that wait at ``spot``."""
        if not isinstance(values, Values):
            return None
        names = self.names.allowed(_place(spot), values.frequent.counts)
        found = {value: n for value, n in values.frequent.counts.items() if value in names}
        if not found:
            return None
        taken = Values()
        taken.frequent.update(found)
        rest = {value: n for value, n in values.frequent.counts.items() if value not in found}
        values.frequent = Frequent(rest, values.frequent.error, values.frequent.total - taken.frequent.total)
        return taken

    def _public(
        self,
        key: Key,
        stats: WindowStats,
        admit: Callable[[Spot, Values | Performance], Values | Performance | None],
    ) -> WindowStats:
        public = WindowStats()
        public.counters, public.latency = stats.counters, stats.latency
        public.exceptions, public.metadata = stats.exceptions, stats.metadata
        for name, segment in stats.segments.items():
            public.segments[name] = SegmentStats()
            public.segments[name].counters = segment.counters
        streams = dict(_profiles(public))
        for stream, profile in _profiles(stats):
            self._fill(streams[stream], profile, key, stream, admit)
        for group, performance in stats.performance.items():
            spot = Spot(key, PERFORMANCE, group)
            admitted = admit(spot, performance)
            if isinstance(admitted, Performance):
                names = self.names.allowed(_place(spot), admitted.categorical.classes())
                public.performance[group] = public_performance(admitted, names)
        return public

    def _fill(
        self,
        public: Profile,
        profile: Profile,
        key: Key,
        stream: str,
        admit: Callable[[Spot, Values | Performance], Values | Performance | None],
    ) -> None:
        public.rows, public.skipped = profile.rows, profile.skipped
        for name, column in (profile.columns | profile.tentative).items():
            self.pause()
            spot = Spot(key, stream, name)
            values = admit(spot, column.values)
            names = self.names.allowed(_place(spot), column.frequent.counts)
            public.columns[name] = public_column(column, values if isinstance(values, Values) else None, names)

    def _put(self, stats: WindowStats, spot: Spot, values: Values) -> None:
        segment = spot.stream.removeprefix(SEGMENT)
        if segment != spot.stream:
            profile = stats.segment(segment).predictions
        else:
            profile = stats.features if spot.stream == "features" else stats.predictions
        column = profile.columns.setdefault(spot.name, Column())
        column.values.merge(public_values(values, self.names.allowed(_place(spot), values.frequent.counts)))


def _profiles(stats: WindowStats) -> Iterable[tuple[str, Profile]]:
    yield "features", stats.features
    yield "predictions", stats.predictions
    for name, segment in stats.segments.items():
        yield SEGMENT + name, segment.predictions


def _place(spot: Spot) -> tuple[str, str, str]:
    return spot.key.deployment, spot.stream, spot.name
