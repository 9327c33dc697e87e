"""Django answers 500 itself: its signal tells that an exception is being handled."""

import sys
from collections.abc import Callable
from typing import Any

from graphsignal_mw.middleware.current import note_exception


def matches(app: Any) -> bool:
    """Return whether ``app`` is a handler of Django, without importing Django."""
    return any(kind.__module__.startswith("django.core.handlers") for kind in type(app).__mro__)


def install(_: Any) -> None:
    """Connect to the signal that Django sends while it handles an exception of a view."""
    from django.core.signals import got_request_exception

    got_request_exception.connect(_note, dispatch_uid="graphsignal_mw")


def place(app: Any, monitored: Callable[[Any], Any]) -> Any:
    """Wrap the handler."""
    return monitored(app)


def _note(**_: Any) -> None:
    error = sys.exc_info()[1]
    if error is not None:
        note_exception(error)
