"""Requests that have passed, as columns: what a middleware captured, without an object for each."""

from collections.abc import Callable, Container, Iterable, Sequence
from itertools import chain
from operator import itemgetter
from time import perf_counter, time
from typing import Any, NamedTuple

from graphsignal_mw.middleware import Capture
from graphsignal_mw.records import Exchange

BURST = 128  # requests that are parsed together
BURST_BYTES = 32_768  # of their bodies: about 150 µs in which no one else has the interpreter

Content = bytes | bytearray


class Passed(NamedTuple):
    """Some requests: what each was taken from, the bodies, when it began (Unix seconds), and how long it took.

    ``asked`` and ``answered`` are the bodies once more, as a reader has decoded them: none where it has not yet. There
    are no ``items`` where captures have been let go of.
    """

    items: Sequence[Capture | Exchange]
    requests: Sequence[Content]
    responses: Sequence[Content]
    starts: Sequence[float]
    durations: Sequence[float]
    asked: Sequence[Any] = ()
    answered: Sequence[Any] = ()

    @classmethod
    def of_captures(cls, captures: Sequence[Capture]) -> "Passed":
        """Return captures whose bodies came in one piece; they keep what they have."""
        offset = time() - perf_counter()
        return cls(
            captures,
            [capture.request for capture in captures],  # type: ignore[misc]
            [capture.response for capture in captures],  # type: ignore[misc]
            [capture.began + offset for capture in captures],
            [capture.duration or 0.0 for capture in captures],
        )

    @classmethod
    def of_exchanges(cls, exchanges: Sequence[Exchange]) -> "Passed":
        """Return exchanges."""
        return cls(
            exchanges,
            [exchange.request_body for exchange in exchanges],
            [exchange.response_body for exchange in exchanges],
            [exchange.started_at for exchange in exchanges],
            [exchange.duration for exchange in exchanges],
        )

    @classmethod
    def joined(cls, pieces: Sequence["Passed"]) -> "Passed":
        """Return the requests of all ``pieces``."""
        return cls(*(list(chain.from_iterable(columns)) for columns in zip(*pieces, strict=True)))

    @property
    def size(self) -> int:
        """Bytes of all bodies."""
        return sum(map(len, self.requests)) + sum(map(len, self.responses))

    def bursts(self) -> Iterable["Passed"]:
        """Yield them all, so many at a time that parsing them takes a bounded time."""
        n = len(self.starts)
        most = max(1, min(BURST, n * BURST_BYTES // max(self.size, 1)))
        step = -(-n // -(-n // most))  # all about as long
        for start in range(0, n, step):
            yield self._each(itemgetter(slice(start, start + step)))

    def pick(self, places: Sequence[int]) -> "Passed":
        """Return those at ``places``."""
        return self._each(lambda column: [column[place] for place in places])

    def without(self, places: Container[int]) -> "Passed":
        """Return those at other places."""
        return self.pick([place for place in range(len(self.starts)) if place not in places])

    def let_go(self) -> None:
        """Let captures let go of what they hold: contexts of background tasks may keep them."""
        for item in self.items:
            if isinstance(item, Capture):
                item.let_go()

    def _each(self, pick: Callable[[Any], Any]) -> "Passed":
        return Passed._make(pick(column) if column else column for column in self)
