"""A mark that a forked process does not have: asking ``os.getpid()`` at every request costs a system call."""

import mmap
import os
import sys
from contextlib import suppress
from typing import Protocol

_WIPE_ON_FORK = 18  # MADV_WIPEONFORK of Linux 4.14, which the module mmap has no name for


class Mark(Protocol):
    """``mark[0]`` is true in the process that made it, and false in those that are forked from it."""

    def __getitem__(self, at: int, /) -> int:
        """Return whether this is the process that made it."""


def mark() -> Mark:
    """Return a mark of this process. It knows of forks that the hooks of ``os.register_at_fork`` do not see."""
    if sys.platform == "linux":
        with suppress(OSError):  # some sandboxes lack it
            page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            page.madvise(_WIPE_ON_FORK)
            page[0] = 1
            return page
    return PidMark()


class PidMark:
    """The mark of systems whose forks keep every page."""

    __slots__ = ("_pid",)

    def __init__(self) -> None:
        self._pid = os.getpid()

    def __getitem__(self, at: int, /) -> int:
        """Return whether this is the process that made it."""
        return os.getpid() == self._pid
