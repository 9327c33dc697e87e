"""Counts of exceptions: identical ones together, the first kinds of a window kept."""

from dataclasses import dataclass

from graphsignal_mw.records import ExceptionEvent

MAX_KINDS = 10


@dataclass(slots=True)
class ExceptionCount:
    """One kind of exception and how often it came. Frames are ``(file, line, function)``."""

    event: ExceptionEvent
    count: int = 1

    @property
    def type(self) -> str:
        """Name of the class."""
        return self.event.type

    @property
    def message(self) -> str:
        """Scrubbed message of the first one."""
        return self.event.message

    @property
    def frames(self) -> tuple[tuple[str, int, str], ...]:
        """Where it was raised, outermost first."""
        return self.event.frames


class Exceptions:
    """The first :data:`MAX_KINDS` kinds of exception; ``other`` counts those of later kinds."""

    __slots__ = ("kinds", "other")

    def __init__(self) -> None:
        self.kinds: dict[tuple[object, ...], ExceptionCount] = {}
        self.other = 0

    def add(self, event: ExceptionEvent, count: int = 1) -> None:
        """Count ``event``; events of the same type raised at the same place are one kind."""
        key = (event.type, event.frames[-1:] or event.message)
        known = self.kinds.get(key)
        if known is not None:
            known.count += count
        elif len(self.kinds) < MAX_KINDS:
            self.kinds[key] = ExceptionCount(event, count)
        else:
            self.other += count

    def merge(self, other: "Exceptions") -> None:
        """Add the exceptions that ``other`` has seen."""
        for kind in other.kinds.values():
            self.add(kind.event, kind.count)
        self.other += other.other
