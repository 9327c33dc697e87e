"""Bottle answers 500 itself: its handlers of errors are given the exception."""

from collections.abc import Callable
from typing import Any

from graphsignal_mw.middleware.current import note_exception


def matches(app: Any) -> bool:
    """Return whether ``app`` is a Bottle app, without importing Bottle."""
    return any(kind.__module__ == "bottle" and kind.__name__ == "Bottle" for kind in type(app).__mro__)


def install(app: Any) -> None:
    """Stand before the handlers of errors.

    A plugin would add a frame to the traceback that Bottle logs and, when debugging, shows; its hooks do not run for
    a generator that fails before its first chunk.
    """
    if not isinstance(app.error_handler, _Handlers):
        _set(app, "error_handler", _Handlers(app.error_handler))


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Wrap the method that every call goes through, as ``run()`` and ``mount()`` need the Bottle object."""
    _set(app, "wsgi", monitored(app.wsgi))
    return app


def _set(app: Any, name: str, value: Any) -> None:
    vars(app)[name] = value  # Bottle refuses to set an attribute twice


class _Handlers(dict[int, Callable[[Any], Any]]):
    """Bottle's handlers of errors by status."""

    def get(self, status: int, default: Any = None) -> Any:
        """Return the handler that Bottle would call, which is told to us first when an exception is behind it."""
        handler = super().get(status, default)
        if handler is None:
            return None

        def noting(error: Any) -> Any:
            exception = getattr(error, "exception", None)
            if isinstance(exception, BaseException):
                note_exception(exception)
            return handler(error)

        return noting
