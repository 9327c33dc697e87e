"""The lengths of time over which windows are pooled and tested."""

from dataclasses import dataclass

from graphsignal_mw.detect.grid import DAY

_SECONDS = ((300, 300), (3600, 900), (21_600, 3600), (86_400, 21_600))


@dataclass(frozen=True)
class Scale:
    """Windows of ``length`` steps, tested every ``every`` steps."""

    length: int
    every: int

    def evaluations(self, step: int, days: float = 30.0) -> float:
        """Return how often it is tested in ``days`` days."""
        return days * DAY / (self.every * step)


def scales_of(step: int) -> tuple[Scale, ...]:
    """Return the scales for steps of ``step`` seconds, the finest first: 5 min, 1 h, 6 h and 24 h where they fit."""
    return tuple(Scale(length // step, max(1, every // step)) for length, every in _SECONDS if length >= step)
