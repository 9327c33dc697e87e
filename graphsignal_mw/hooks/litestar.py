"""Litestar answers 500 itself: its hook tells of the exception, or it raises one of its own from it."""

from collections.abc import Callable
from typing import Any

from graphsignal_mw.middleware.current import note_exception


def matches(app: Any) -> bool:
    """Return whether ``app`` is a Litestar app, without importing Litestar."""
    return any(kind.__module__ == "litestar.app" for kind in type(app).__mro__)


def install(app: Any) -> None:
    """Add the hook that Litestar calls before it answers an exception, and stand around its handler for the others."""
    if _note not in app.after_exception:
        app.after_exception.append(_note)
        app.asgi_handler = _Handler(app.asgi_handler)


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Wrap the handler of requests, as ``litestar run`` needs the Litestar object.

    The lifespan does not go through it: its end, the last moment to upload, is told after the app's own shutdown.
    """
    middleware = app.asgi_handler = monitored(app.asgi_handler)

    async def ended() -> None:
        await middleware({"type": "lifespan"}, None, None)

    app.on_shutdown.append(ended)
    return app


async def _note(error: Exception, _: Any) -> None:
    from litestar.exceptions import HTTPException

    if not isinstance(error, HTTPException) or error.status_code >= 500:
        note_exception(error)


class _Handler:
    """Litestar's handler of requests: what fails after a response has started comes out as the cause of another."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":  # place() tells of its end; Litestar has answered it
            return
        try:
            await self._inner(scope, receive, send)
        except Exception as error:
            note_exception(_root_of(error))
            raise


def _root_of(error: BaseException) -> BaseException:
    """Return what an exception of Litestar, or the group of one task that streams, was raised for."""
    from litestar.exceptions import LitestarException

    while True:
        if type(error) is LitestarException and error.__cause__ is not None:
            error = error.__cause__
        elif isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        else:
            return error
