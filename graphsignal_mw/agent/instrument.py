"""``instrument()``: the one line that fits every framework."""

import inspect
from typing import Any, Unpack

from graphsignal_mw.agent.middleware import ASGIMiddleware, ConfigSource, WSGIMiddleware, wired
from graphsignal_mw.config import SettingsArguments
from graphsignal_mw.hooks import install, place


def instrument(app: Any, config: ConfigSource = None, **settings: Unpack[SettingsArguments]) -> Any:
    """Add the middleware that fits ``app``, and the hook for exceptions that its framework swallows.

    Returns the app to serve: the same object for frameworks that can be changed in place (Starlette, FastAPI,
    Flask, Quart, Litestar, Bottle) and when monitoring is disabled, else the wrapped app (Django's handlers, Falcon,
    any other ASGI or WSGI callable).

    Raises:
        ConfigError: naming every problem of the configuration.

    """
    if wired(config, settings) is None:
        return app
    if hasattr(app, "add_middleware") and hasattr(app, "router"):  # Starlette, which builds it at the first request
        app.add_middleware(ASGIMiddleware, config=config, **settings)
        return app

    def monitored(inner: Any) -> Any:
        kind = ASGIMiddleware if _is_async(inner) else WSGIMiddleware
        return kind(inner, config=config, **settings)

    install(app)
    return place(app, monitored)


def _is_async(app: Any) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004
