"""Monitoring for machine-learning models in production that its users own.

``import graphsignal_mw as graphsignal``: the names below load what they need when they are first used.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from graphsignal_mw._version import __version__

if TYPE_CHECKING:
    from graphsignal_mw.agent import (
        ASGIMiddleware,
        Session,
        WSGIMiddleware,
        configure,
        flush,
        instrument,
        session,
        shutdown,
        stats,
        tick,
    )

__all__ = [
    "ASGIMiddleware",
    "Session",
    "WSGIMiddleware",
    "__version__",
    "configure",
    "flush",
    "instrument",
    "session",
    "shutdown",
    "stats",
    "tick",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from graphsignal_mw import agent

        return getattr(agent, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what loads late too: a notebook completes from here."""
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """``stats`` is a function of the API and also a folder: on the package, the function is what users mean."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "stats" or not isinstance(value, ModuleType):
            super().__setattr__(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as other modules do for cloudpickle (Ray, Dask, Spark): by name."""
        return import_module, (self.__name__,)


sys.modules[__name__].__class__ = _Package
