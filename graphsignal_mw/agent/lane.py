"""The short way of requests whose endpoint has plain paths: from the bytes of their bodies into packed rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, TypeVar

from msgspec import UNSET

from graphsignal_mw.agent.joins import Joins
from graphsignal_mw.agent.passed import Passed
from graphsignal_mw.mapping import Found, Mapper, Reader, plain_reader
from graphsignal_mw.middleware import Capture
from graphsignal_mw.records import Exchange, Prediction
from graphsignal_mw.window import Gathered, Key, Layout, Packed, Windows

T = TypeVar("T", Capture, Exchange)
Groups = dict[Key, Gathered]
Identity = tuple[str, tuple[tuple[str, str], ...]]  # deployment and metadata


class Lane:
    """The lane of one endpoint. For one thread at a time. ``count`` is told of defects of ours."""

    def __init__(
        self, mapper: Mapper, windows: Windows, count: Callable[[str, int], None], joins: Joins | None = None
    ) -> None:
        self._mapper, self._windows, self._count = mapper, windows, count
        self._joins = Joins() if joins is None else joins
        self._reader = plain_reader(mapper.endpoint, windows.is_hashed)
        self._identity = None if mapper.identity is None else _identity(*mapper.identity)
        self._captures: list[Capture] = []
        self._exchanges: defaultdict[Identity, list[Exchange]] = defaultdict(list)

    def take(self, passed: Capture | Exchange) -> bool:
        """Take a request until :meth:`drain`; False, and nothing done, where the lane is not for it.

        A capture that is quick to judge needs no exchange, which would cost as much as all the rest.
        """
        if self._reader is None:
            return False
        if isinstance(passed, Exchange):
            if not passed.succeeded or not passed.request_state == passed.response_state == "complete":
                return False
            self._exchanges[self._identity or _identity(*self._mapper.identify(passed))].append(passed)
            return True
        is_light = type(passed.request) is bytes and type(passed.response) is bytes
        if not is_light or self._identity is None or passed.outcome != "completed" or passed.departed:
            return False
        if passed.status != 200 and not 200 <= (passed.status_code() or 0) < 300:
            return False
        self._captures.append(passed)
        return True

    def drain(self, groups: Groups) -> list[Capture | Exchange]:
        """Put what was taken into its groups; return those that must go the long way."""
        captures, self._captures = self._captures, []
        exchanges, self._exchanges = self._exchanges, defaultdict(list)
        refused: list[Capture | Exchange] = []
        if captures and self._identity is not None:
            refused += self._drained(captures, Passed.of_captures, self._identity, groups)
        for identity, some in exchanges.items():
            refused += self._drained(some, Passed.of_exchanges, identity, groups)
        return refused

    def _drained(
        self, taken: list[T], columns: Callable[[list[T]], Passed], identity: Identity, groups: Groups
    ) -> list[Capture | Exchange] | list[T]:
        """Add requests of one deployment and metadata; return those that must go the long way."""
        deployment, metadata = identity[0], dict(identity[1])
        try:
            parts = self._by_window(columns(taken), deployment, metadata)
            bursts = [(key, burst) for key, part in parts for burst in part.bursts()]
        except Exception as error:  # noqa: BLE001 - a defect of ours
            self._give_up(error)
            return taken
        refused: list[Capture | Exchange] = []
        for key, burst in bursts:
            self._windows.pause()
            refused += self._added(burst, group_of(groups, key, metadata), identity)
        return refused

    def _by_window(
        self, passed: Passed, deployment: str, metadata: Mapping[str, str]
    ) -> Iterable[tuple[Key | None, Passed]]:
        def key_of(started_at: float) -> Key | None:
            return self._windows.key(deployment, metadata, started_at)

        first = key_of(min(passed.starts))
        if first == key_of(max(passed.starts)):  # as most often
            return [(first, passed)]
        places: defaultdict[Key | None, list[int]] = defaultdict(list)
        for place, started_at in enumerate(passed.starts):
            places[key_of(started_at)].append(place)
        return [(key, passed.pick(chosen)) for key, chosen in places.items()]

    def _added(self, burst: Passed, group: Gathered | None, identity: Identity) -> Sequence[Capture | Exchange]:
        """Add requests to ``group``; return those that must go the long way."""
        reader = self._reader
        if reader is None or group is None:
            return burst.items
        try:
            added, found = _read(reader, burst, group, self._windows.pause)
        except Exception as error:  # noqa: BLE001 - a defect of ours
            self._give_up(error)
            return burst.items
        self._count("requests", len(added.items))
        self._count("predictions", sum(found.counts))
        if found.ids and self._joins.is_on:
            self._remember(added, found, reader.columns[1].others, identity)
        added.let_go()
        return [burst.items[place] for place in found.refused]

    def _remember(self, added: Passed, found: Found, names: Sequence[str], identity: Identity) -> None:
        """Let the label join remember the predictions that bear an id."""
        deployment, metadata = identity[0], dict(identity[1])
        moments = chain.from_iterable(map(repeat, added.starts, found.counts))
        for prediction, moment in zip(_predictions(found, names), moments, strict=True):
            self._joins.remember(deployment, metadata, prediction, moment, self._mapper.output)

    def _give_up(self, error: Exception) -> None:
        """From now on all go the long way."""
        self._count(f"faults.{type(error).__name__}", 1)
        self._reader = None


def _read(reader: Reader, burst: Passed, group: Gathered, pause: Callable[[], None]) -> tuple[Passed, Found]:
    """Add to ``group`` what ``reader`` can read, when nothing can fail any more; return that, and what was found."""
    pairs = burst.requests, burst.responses
    found = reader.read(*pairs)
    while found.refused and reader.learn((pairs[0][place], pairs[1][place]) for place in found.refused):
        found = reader.read(*pairs)
    added = burst.without(found.refused) if found.refused else burst
    pause()
    if added.items:
        layouts = Layout(*reader.columns[0]), Layout(*reader.columns[1])
        packed = group.packed.get(layouts)
        if packed is None:
            packed = Packed(*layouts)
        packed.add(sum(found.counts), found.features, found.predictions, found.segments)
        group.packed[layouts] = packed
        group.durations += added.durations
        group.size += added.size
        group.counters["requests"] += len(added.items)
    return added, found


def _predictions(found: Found, names: Sequence[str]) -> Iterable[Prediction]:
    """Yield what the label join needs of each prediction; its outputs are no plain numbers where it has an id."""
    columns = found.predictions.others
    rows: Iterable[Sequence[Any]] = zip(*columns, strict=True) if columns else repeat((), len(found.ids))
    segments = found.segments or repeat(())
    for values, each, name in zip(rows, segments, found.ids, strict=False):
        outputs = {column: value for column, value in zip(names, values, strict=True) if value is not UNSET}
        chosen = tuple(segment for segment in each if segment is not None)
        yield Prediction({}, outputs, chosen, prediction_id=name)


def _identity(deployment: str, metadata: Mapping[str, str]) -> Identity:
    return deployment, tuple(metadata.items())


def group_of(groups: Groups, key: Key | None, metadata: Mapping[str, str]) -> Gathered | None:
    """Return the group of ``key``; make it when it is not there. None for one deployment too many."""
    if key is None:
        return None
    group = groups.get(key)
    if group is None:
        group = groups[key] = Gathered(metadata=dict(metadata))
    return group
