"""What is left to do at the end of a process, and how long it may take."""

import atexit
import functools
import sys
from collections.abc import Callable

from graphsignal_mw.delivery import Deadline

TIMEOUT = 5.0  # seconds
_LAST = 10  # priority among the finalizers of multiprocessing: after the user's own


def register(work: Callable[[], None]) -> None:
    """Have ``work`` done at the end of this process."""
    unregister(work)  # a forked child has its parent's
    atexit.register(work)
    multiprocessing = sys.modules.get("multiprocessing.util")
    if multiprocessing is not None:  # its children end without atexit
        multiprocessing.Finalize(None, work, exitpriority=_LAST)


def unregister(work: Callable[[], None]) -> None:
    """Have ``work`` not done at the end of an interpreter, as it has been done."""
    atexit.unregister(work)


@functools.cache
def deadline() -> Deadline:
    """Return the one deadline of this process's end, from when it is first asked for: all agents share it."""
    return Deadline(TIMEOUT)
