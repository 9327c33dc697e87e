"""One deadline through everything that has to be over in time."""

import math
import time
from collections.abc import Callable


class Deadline:
    """A moment ``seconds`` from now. ``clock`` is monotonic seconds."""

    __slots__ = ("_clock", "_end")

    def __init__(self, seconds: float = math.inf, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0.0 when it has passed."""
        return max(0.0, self._end - self._clock())

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self._clock() >= self._end
