"""Flask answers 500 itself: its signal tells of the exception."""

from collections.abc import Callable
from typing import Any

from graphsignal_mw.middleware.current import note_exception


def matches(app: Any) -> bool:
    """Return whether ``app`` is a Flask app, without importing Flask."""
    return any(kind.__module__ == "flask.app" for kind in type(app).__mro__)


def install(app: Any) -> None:
    """Connect to the signal that Flask sends before it answers an unhandled exception."""
    from flask import got_request_exception

    got_request_exception.connect(_note, app)


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Wrap what Flask keeps for it, as its own tools and ``run()`` need the Flask object."""
    app.wsgi_app = monitored(app.wsgi_app)
    return app


def _note(_: Any, exception: BaseException, **__: Any) -> None:
    note_exception(exception)
