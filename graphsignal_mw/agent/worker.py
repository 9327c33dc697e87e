"""The body of the background thread: short slices of work, with pauses in which the app has the interpreter."""

import logging
import threading
from collections.abc import Callable

from graphsignal_mw.agent.governor import Governor

FEW = 24  # items that one look finds, where they come fast enough: the work on them is shorter than any tail
SLICE = 256  # items that one look takes at most, where there is a backlog
YIELD = 0.001  # seconds between two looks in a backlog
SOON, IDLE = 0.005, 0.1  # seconds between two looks otherwise

log = logging.getLogger("graphsignal_mw")


class Worker:
    """Calls ``step`` (how many of at most ``SLICE`` items it took) and ``on_time``, within what ``governor`` measures.

    It looks as often as it takes to find few items. A request waits for one piece of work at most, so the pieces have
    to be short; and what waits must be few objects, or the app pays for garbage collections that it would not have.

    A defect of ours is given to ``count`` and said once a kind: it might come ten times a second.
    """

    def __init__(
        self, step: Callable[[], int], on_time: Callable[[], None], governor: Governor, count: Callable[[str], None]
    ) -> None:
        self._step, self._on_time, self._governor, self._count = step, on_time, governor, count
        self._said: set[str] = set()
        self._rest = IDLE

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``."""
        while not stop.is_set():
            taken = 0
            try:
                with self._governor.measured():
                    taken = self._step()
                    self._on_time()
            except Exception as error:  # noqa: BLE001 - counted, and said
                self._fault(error)
            stop.wait(self._rest_after(taken))

    def _rest_after(self, taken: int) -> float:
        """Return the seconds until the next look, after which :data:`FEW` more should be there."""
        if taken == SLICE:
            return YIELD
        self._rest = min(max(self._rest * FEW / taken, SOON), IDLE) if taken else IDLE
        return self._rest

    def _fault(self, error: Exception) -> None:
        name = f"faults.{type(error).__name__}"
        self._count(name)
        if name not in self._said:
            self._said.add(name)
            log.error("graphsignal_mw: a defect of the background thread", exc_info=error)
