"""The request that is being captured in this context: the outermost one, and what a hook says about it."""

from contextvars import ContextVar

from graphsignal_mw.records import ExceptionEvent


class Capture:
    """What a hook can add to the request being captured: the first exception that the framework swallows."""

    __slots__ = ("exception",)

    def __init__(self) -> None:
        self.exception: ExceptionEvent | None = None

    def note(self, error: BaseException) -> None:
        """Keep ``error`` as strings, unless there is one already."""
        if self.exception is None:
            self.exception = ExceptionEvent.of(error)


CURRENT: ContextVar[Capture | None] = ContextVar("graphsignal_mw_capture", default=None)


def note_exception(error: BaseException) -> None:
    """Tell the request being captured, if there is one, of an exception that its framework answers itself."""
    capture = CURRENT.get()
    if capture is not None:
        capture.note(error)
