"""The short way of requests whose endpoint has plain paths: from the bytes of their bodies into packed rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, TypeVar

from graphsignal_mw.agent.joins import Joins
from graphsignal_mw.agent.passed import BURST, BURST_BYTES, Passed
from graphsignal_mw.agent.reading import decode, predictions, read
from graphsignal_mw.mapping import Found, Mapper, plain_reader
from graphsignal_mw.middleware import Capture
from graphsignal_mw.records import Exchange
from graphsignal_mw.window import Gathered, Key, Windows

LOOKS = 12  # for which requests wait for others: columns of many cost less, and each look is short

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
        self._waiting: list[Passed] = []  # what each look has found since the last columns
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

    @property
    def waits(self) -> bool:
        """Whether something was taken that is in no group yet."""
        return bool(self._waiting)

    def drain(self, groups: Groups, *, wait: bool = False) -> list[Capture | Exchange]:
        """Put what was taken into its groups; return those that must go the long way.

        With ``wait`` captures may stay for some calls more: decoded, and let go of, so that they are bytes and numbers,
        nothing that a garbage collection looks at.
        """
        captures, self._captures = self._captures, []
        exchanges, self._exchanges = self._exchanges, defaultdict(list)
        rest = self._hold(captures) if wait else captures
        refused: list[Capture | Exchange] = []
        # The reader may learn from those that do not wait, and would not know any more what it has decoded before.
        if not wait or rest or exchanges or not captures or len(self._waiting) >= LOOKS:
            refused += self._release(groups)
        if rest and self._identity is not None:
            refused += self._drained(rest, Passed.of_captures, self._identity, groups)
        for identity, some in exchanges.items():
            refused += self._drained(some, Passed.of_exchanges, identity, groups)
        return refused

    def _hold(self, captures: list[Capture]) -> list[Capture]:
        """Have captures wait whose bodies can be decoded; return the others, or all where they are much work."""
        if self._reader is None or self._joins.is_on or len(captures) > BURST:
            return captures
        try:
            passed = Passed.of_captures(captures)
            if passed.size > BURST_BYTES:
                return captures
            decoded, refused = decode(self._reader, passed)
        except Exception as error:  # noqa: BLE001 - a defect of ours
            self._give_up(error)
            return captures
        if decoded.items:
            decoded.let_go()
            self._waiting.append(decoded._replace(items=()))
        return [captures[place] for place in sorted(refused)]

    def _release(self, groups: Groups) -> list[Capture | Exchange]:
        """Add those that wait; return those that must go the long way."""
        waiting, self._waiting = self._waiting, []
        if not waiting or self._identity is None:
            return []
        self._windows.pause()
        again = self._add(Passed.joined(waiting), self._identity, groups)
        return self._drained(again, Passed.of_exchanges, self._identity, groups) if again else []

    def _drained(
        self, taken: list[T], columns: Callable[[list[T]], Passed], identity: Identity, groups: Groups
    ) -> list[Any]:
        """Add requests of one deployment and metadata; return those that must go the long way."""
        try:
            passed = columns(taken)
        except Exception as error:  # noqa: BLE001 - a defect of ours
            self._give_up(error)
            return taken
        return self._add(passed, identity, groups)

    def _add(self, passed: Passed, identity: Identity, groups: Groups) -> list[Any]:
        deployment, metadata = identity[0], dict(identity[1])
        try:
            parts = self._by_window(passed, deployment, metadata)
            bursts = [(key, burst) for key, part in parts for burst in part.bursts()]
        except Exception as error:  # noqa: BLE001 - a defect of ours
            self._give_up(error)
            return self._back(passed)
        refused: list[Any] = []
        for key, burst in bursts:
            self._windows.pause()
            refused += self._add_burst(burst, group_of(groups, key, metadata), identity)
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

    def _add_burst(self, burst: Passed, group: Gathered | None, identity: Identity) -> list[Any]:
        """Add requests to ``group``; return those that must go the long way."""
        reader = self._reader
        if reader is None or group is None:
            return self._back(burst)
        try:
            added, found = read(reader, burst, group, self._windows.pause)
        except Exception as error:  # noqa: BLE001 - a defect of ours
            self._give_up(error)
            return self._back(burst)
        self._count("requests", len(added.starts))
        self._count("predictions", sum(found.counts))
        if found.ids and self._joins.is_on:
            self._remember(added, found, reader.columns[1].others, identity)
        added.let_go()
        return self._back(burst.pick(found.refused)) if found.refused else []

    def _back(self, passed: Passed) -> list[Any]:
        """Return requests as they came; those that were let go of without headers, as their bodies are JSON."""
        if passed.items:
            return list(passed.items)
        columns = passed.starts, passed.durations, passed.requests, passed.responses
        return [
            Exchange(self._mapper, {}, start, duration, 200, "completed", request_body=request, response_body=response)
            for start, duration, request, response in zip(*columns, strict=True)
        ]

    def _remember(self, added: Passed, found: Found, names: Sequence[str], identity: Identity) -> None:
        """Let the label join remember the predictions that bear an id."""
        deployment, metadata = identity[0], dict(identity[1])
        moments = chain.from_iterable(map(repeat, added.starts, found.counts))
        for prediction, moment in zip(predictions(found, names), moments, strict=True):
            self._joins.remember(deployment, metadata, prediction, moment, self._mapper.output)

    def _give_up(self, error: Exception) -> None:
        """From now on all go the long way."""
        self._count(f"faults.{type(error).__name__}", 1)
        self._reader = None


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
