"""The body of the background thread: short slices of work, with pauses in which the app has the interpreter."""

import logging
import threading
from collections.abc import Callable

from graphsignal_mw.agent.governor import Governor

YIELD = 0.001  # seconds
IDLE = 0.1

log = logging.getLogger("graphsignal_mw")


class Worker:
    """Calls ``step`` (whether there is more to do) and ``on_time``, within what ``governor`` measures.

    A defect of ours is given to ``count`` and said once a kind: it might come ten times a second.
    """

    def __init__(
        self, step: Callable[[], bool], on_time: Callable[[], None], governor: Governor, count: Callable[[str], None]
    ) -> None:
        self._step, self._on_time, self._governor, self._count = step, on_time, governor, count
        self._said: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop``."""
        while not stop.is_set():
            busy = False
            try:
                with self._governor.measured():
                    busy = self._step()
                    self._on_time()
            except Exception as error:  # noqa: BLE001 - counted, and said
                self._fault(error)
            stop.wait(YIELD if busy else IDLE)

    def _fault(self, error: Exception) -> None:
        name = f"faults.{type(error).__name__}"
        self._count(name)
        if name not in self._said:
            self._said.add(name)
            log.error("graphsignal_mw: a defect of the background thread", exc_info=error)
