"""Falcon answers 500 itself: its reporter of errors tells of the exception."""

import functools
from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from graphsignal_mw.middleware.current import note_exception


def matches(app: Any) -> bool:
    """Return whether ``app`` is a Falcon app (WSGI or ASGI), without importing Falcon."""
    return any(kind.__module__ in {"falcon.app", "falcon.asgi.app"} for kind in type(app).__mro__)


def install(app: Any) -> None:
    """Become the app's reporter of errors, in front of one that is set already.

    Falcon has it since 4.4. Before, nothing tells of exceptions that have a handler: the one for ``Exception``, by
    default the one that answers 500, is wrapped.
    """
    if getattr(app, "set_error_reporter", None) is None:
        handler = app._error_handlers[Exception]
        if not hasattr(handler, "__wrapped__"):
            app.add_error_handler(Exception, _noting(handler))
    elif not isinstance(app._report_error, _Reporter):
        app.set_error_reporter(_Reporter(app._report_error))


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Wrap the app: it has slots, and nothing in it can be replaced."""
    return monitored(app)


class _Reporter:
    """Tells of what is no answer of the app, then calls ``inner``, the app's own reporter."""

    def __init__(self, inner: Callable[..., Any] | None) -> None:
        from falcon import HTTPError, HTTPStatus

        self._inner, self._answers = inner, (HTTPError, HTTPStatus)

    def __call__(self, req: Any, error: Exception, params: Any, handled: bool) -> None:
        if not isinstance(error, self._answers) or error.status_code >= 500:
            note_exception(error)
        if self._inner is not None:
            self._inner(req, error, params, handled)


def _noting(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``handler``, told to us first; with its own signature, which Falcon looks at."""

    @functools.wraps(handler)
    def noting(req: Any, resp: Any, error: Exception, params: Any, **more: Any) -> Any:
        note_exception(error)
        return handler(req, resp, error, params, **more)

    @functools.wraps(handler)
    async def noting_async(*args: Any, **more: Any) -> Any:
        return await noting(*args, **more)

    return noting_async if iscoroutinefunction(handler) else noting
