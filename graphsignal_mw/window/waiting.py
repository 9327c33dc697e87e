"""Values that wait until enough of them stand behind each number: in memory only, for at most an hour."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from graphsignal_mw.stats import Performance, Values
from graphsignal_mw.window.key import Key, bucket_of

HOUR = 3600
MAX_WAITING = 10_000


class Spot(NamedTuple):
    """Where values belong: a window, and the column (stream or segment, name) or performance inside it."""

    key: Key
    stream: str
    name: str


def join(values: Values | Performance, more: Values | Performance) -> None:
    """Merge ``more``, which waited at the same spot and so is of the same kind, into ``values``."""
    if isinstance(values, Values) and isinstance(more, Values):
        values.merge(more)
    if isinstance(values, Performance) and isinstance(more, Performance):
        values.merge(more)


class Waiting:
    """Values by spot, each with the time since when it waits (seconds of a monotonic clock)."""

    def __init__(self) -> None:
        self._held: dict[Spot, tuple[float, Values | Performance]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def take(self, spot: Spot, now: float) -> tuple[float, Values | Performance | None]:
        """Return and forget what waits at ``spot``, with the time since when (``now`` for nothing)."""
        return self._held.pop(spot, (now, None))

    def hold(self, spot: Spot, values: Values | Performance, since: float) -> None:
        """Let ``values`` wait at ``spot``, or with those that wait there already."""
        since, known = self._held.get(spot, (since, None))
        if known is None:
            self._held[spot] = (since, values)
        else:
            join(known, values)

    def pick(self, choose: Callable[[Spot, Values | Performance], Values | None]) -> Iterator[tuple[Spot, Values]]:
        """Yield what ``choose`` takes out of what waits at each spot; it returns None to leave all of it."""
        for spot, (_, held) in list(self._held.items()):
            chosen = choose(spot, held)
            if chosen is not None:
                yield spot, chosen
            if isinstance(held, Values) and not held.n and not held.frequent.total:
                del self._held[spot]

    def due(self, now: float, *, everything: bool = False) -> dict[Spot, Values | Performance]:
        """Return and forget what waited for an hour (or ``everything``), folded into the hours it belongs to."""
        excess = len(self._held) - MAX_WAITING
        spots = [
            spot
            for index, (spot, (since, _)) in enumerate(self._held.items())
            if everything or now - since >= HOUR or index < excess
        ]
        hours = Waiting()
        for spot in spots:
            _, values = self._held.pop(spot)
            hour = spot.key._replace(bucket=bucket_of(spot.key.bucket, HOUR))
            hours.hold(spot._replace(key=hour), values, now)
        return {spot: values for spot, (_, values) in hours._held.items()}
