"""The request that is being captured in this context: the outermost one, and what a hook says about it."""

from contextvars import ContextVar
from typing import Protocol


class Noting(Protocol):
    """A request that is being captured; ``done`` when its record has been handed over."""

    done: bool

    def note(self, error: BaseException) -> None:
        """Keep ``error`` as strings, unless there is one already."""


CURRENT: ContextVar[Noting | None] = ContextVar("graphsignal_mw_capture", default=None)


def note_exception(error: BaseException) -> None:
    """Tell the request being captured, if there is one, of an exception that its framework answers itself."""
    capture = CURRENT.get()
    if capture is not None:
        capture.note(error)


def is_captured() -> bool:
    """Return whether a monitored app around this one captures the request already."""
    capture = CURRENT.get()
    return capture is not None and not capture.done
