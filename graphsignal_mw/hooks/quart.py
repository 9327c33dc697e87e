"""Quart answers 500 itself: its signal tells of the exception."""

from collections.abc import Callable
from typing import Any

from graphsignal_mw.middleware.current import note_exception


def matches(app: Any) -> bool:
    """Return whether ``app`` is a Quart app, without importing Quart."""
    return any(kind.__module__ == "quart.app" for kind in type(app).__mro__)


def install(app: Any) -> None:
    """Connect to the signal that Quart sends before it answers an unhandled exception."""
    from quart.signals import got_request_exception

    got_request_exception.connect(_note, app)


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Wrap what Quart keeps for it, as its own tools and ``run()`` need the Quart object."""
    app.asgi_app = monitored(app.asgi_app)
    return app


async def _note(_: Any, exception: BaseException, **__: Any) -> None:
    """Async although it waits for nothing: Quart would run a plain function in a thread."""
    note_exception(exception)
