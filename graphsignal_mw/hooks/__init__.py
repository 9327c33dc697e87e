"""What frameworks hide: one file each, imported only when its framework is there."""

from typing import Any

from graphsignal_mw.hooks import django, flask

_HOOKS = (flask, django)

__all__ = ["install"]


def install(app: Any) -> None:
    """Install the hook of the framework that ``app`` is made with, if it needs one; once, however often it is called.

    ``app`` may also be a method of such an app, as in ``app.wsgi_app = WSGIMiddleware(app.wsgi_app)``.
    """
    framework = getattr(app, "__self__", app)
    for hook in _HOOKS:
        if hook.matches(framework):
            hook.install(framework)
