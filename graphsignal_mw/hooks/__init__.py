"""What frameworks hide: one file each, imported only when its framework is there."""

from typing import Any

from graphsignal_mw.hooks import django, flask

_HOOKS = (flask, django)

__all__ = ["install"]


def install(app: Any) -> None:
    """Install the hook of the framework that ``app`` is made with, if it needs one."""
    for hook in _HOOKS:
        if hook.matches(app):
            hook.install(app)
