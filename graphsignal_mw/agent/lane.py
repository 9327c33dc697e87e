"""The short way of exchanges whose endpoint has plain paths: from the bytes of their bodies into packed rows."""

from collections.abc import Callable, Mapping, Sequence

from graphsignal_mw.mapping import Mapper, plain_reader
from graphsignal_mw.records import Exchange
from graphsignal_mw.window import Gathered, Key, Layout, Packed, Windows

BURST = 32_768  # bytes of bodies that are parsed together: about 100 µs in which no one else has the interpreter

Groups = dict[Key, Gathered]


class Lane:
    """The lane of one endpoint. For one thread at a time. ``refused`` are exchanges that must go the long way.

    ``count`` is told of defects of ours.
    """

    def __init__(self, mapper: Mapper, windows: Windows, count: Callable[[str, int], None]) -> None:
        self._mapper, self._windows, self._count = mapper, windows, count
        self._reader = plain_reader(mapper.endpoint, windows.is_hashed)
        self._is_always_the_same = mapper.is_always_the_same
        self.refused: list[Exchange] = []
        # Exchanges that are not parsed yet, their group, and the times at which it is the group of the next one too.
        self._waiting: list[Exchange] = []
        self._draining: list[Exchange] = []
        self._size = 0
        self._groups: Groups | None = None
        self._group = Gathered()
        self._begin = self._end = 0.0

    def take(self, exchange: Exchange, groups: Groups) -> bool:
        """Take ``exchange`` until :meth:`drain`; False, and nothing done, where the lane is not for it."""
        if self._reader is None or not exchange.succeeded:
            return False
        if exchange.request_state != "complete" or exchange.response_state != "complete":
            return False
        if self._groups is not groups or not self._begin <= exchange.started_at < self._end:
            self.drain()  # before the group changes
            if not self._find_group(exchange, groups):
                return False
        self._waiting.append(exchange)
        self._size += len(exchange.request_body) + len(exchange.response_body)
        if self._size >= BURST:
            self.drain()
        return True

    def drain(self) -> None:
        """Put what was taken into its group."""
        if self._waiting:
            self._draining, self._waiting = self._waiting, []
            self._group.size += self._size
            self._size = 0
            self._add(self._draining)
            self._draining = []

    def close(self) -> int:
        """Close the lane for good, after a defect of ours; return how many exchanges it cost."""
        lost, self._draining, self._reader = len(self._draining), [], None
        return lost

    def _find_group(self, exchange: Exchange, groups: Groups) -> bool:
        deployment, metadata = self._mapper.identify(exchange)
        key = self._windows.key(deployment, metadata, exchange.started_at)
        if key is None:
            return False
        self._group = group_of(groups, key, metadata)
        self._groups = groups if self._is_always_the_same else None
        self._begin, self._end = key.bucket, key.bucket + self._windows.window_seconds
        return True

    def _add(self, exchanges: Sequence[Exchange]) -> None:
        """Add exchanges to the group; of those that cannot be read together, halves can."""
        requests, responses = [e.request_body for e in exchanges], [e.response_body for e in exchanges]
        reader = self._reader
        try:
            found = None if reader is None else reader.read(requests, responses)
        except Exception as error:  # noqa: BLE001 - a defect of ours: from now on the long way for all
            self._count(f"faults.{type(error).__name__}", 1)
            self._reader = None
            self.refused += exchanges
            return
        if reader is not None and found is not None:
            features, predictions = reader.columns
            layouts = Layout(*features), Layout(*predictions)
            self._group.packed.setdefault(layouts, Packed(*layouts)).add(len(exchanges), *found)
            self._group.durations += [e.duration for e in exchanges]
        elif len(exchanges) > 1:
            half = len(exchanges) // 2
            self._add(exchanges[:half])
            self._add(exchanges[half:])
        else:
            if reader is not None:
                reader.learn(requests[0], responses[0])
            self.refused.append(exchanges[0])


def group_of(groups: Groups, key: Key, metadata: Mapping[str, str]) -> Gathered:
    """Return the group of ``key``; make it when it is not there."""
    group = groups.get(key)
    if group is None:
        group = groups[key] = Gathered(metadata=dict(metadata))
    return group
