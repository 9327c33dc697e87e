"""The request that is being captured in this context: the outermost one, and what a hook says about it."""

from contextvars import ContextVar
from typing import Protocol


class Noting(Protocol):
    """A request that is being captured; ``done`` when its record has been handed over."""

    done: bool

    @property
    def ended(self) -> bool:
        """Whether the last byte of its response has been given away."""

    def note(self, error: BaseException) -> None:
        """Keep ``error`` as strings, unless there is one already."""

    def defect(self, error: Exception) -> None:
        """Tell of a defect of ours."""


CURRENT: ContextVar[Noting | None] = ContextVar("graphsignal_mw_capture", default=None)
# The interpreter binds a method of what is imported anew at each call, which takes longer than the call.
current, enter, leave = CURRENT.get, CURRENT.set, CURRENT.reset


def note_exception(error: BaseException) -> None:
    """Tell the request being captured, if there is one, of an exception that its framework answers itself."""
    capture = current()
    if capture is not None:
        try:
            capture.note(error)
        except Exception as defect:  # noqa: BLE001 - a defect of ours costs a record, never a request
            capture.defect(defect)


def is_captured() -> bool:
    """Return whether a monitored app around this one captures the request already.

    A request that has ended is not around anything: servers start the next request of a connection in the context of
    the one before it (pipelining), whose background tasks may still run.
    """
    capture = current()
    return capture is not None and not capture.ended and not capture.done
