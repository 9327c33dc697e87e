"""What frameworks hide: one file each, imported only when its framework is there.

A file says whether an app is of its framework (``matches``), tells the middleware of the exceptions that the framework
answers itself (``install``), and knows where the middleware goes (``place``).
"""

import logging
from collections.abc import Callable
from types import ModuleType
from typing import Any

from graphsignal_mw.hooks import bottle, django, falcon, flask, litestar, quart

_HOOKS = (flask, django, quart, litestar, falcon, bottle)

__all__ = ["install", "place"]

log = logging.getLogger("graphsignal_mw")


def install(app: Any) -> None:
    """Install the hook of the framework that ``app`` is made with, if it needs one; once, however often it is called.

    ``app`` may also be a method of such an app, as in ``app.wsgi_app = WSGIMiddleware(app.wsgi_app)``.
    """
    framework = getattr(app, "__self__", app)
    hook = _hook_of(framework)
    if hook is not None:
        try:
            hook.install(framework)
        except Exception:
            log.exception("graphsignal_mw: no hook for %s; exceptions that it answers have no type", type(framework))


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Put the middleware that ``monitored`` makes where the framework of ``app`` wants it; return what to serve."""
    hook = _hook_of(app)
    return monitored(app) if hook is None else hook.place(app, monitored)


def _hook_of(app: Any) -> ModuleType | None:
    return next((hook for hook in _HOOKS if hook.matches(app)), None)
