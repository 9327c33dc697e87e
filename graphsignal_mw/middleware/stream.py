"""The iterable of a WSGI response, teed."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from graphsignal_mw.middleware.current import CURRENT, Noting


class Responder(Noting, Protocol):
    """Who is told of what passes."""

    def add(self, chunk: Any) -> None:
        """Keep a chunk of the response."""

    def failed(self, error: BaseException) -> None:
        """Say that the app raised ``error``."""

    def hand_over(self, *, complete: bool = False) -> None:
        """Give the record away."""


class Stream:
    """Stands before the app's iterable. A class: a generator closed before its first ``next`` never closes the inner.

    No ``__len__``: servers would believe it.
    """

    __slots__ = ("_inner", "_iterator", "_responder")

    def __init__(self, inner: Iterable[bytes], responder: Responder) -> None:
        self._inner, self._responder = inner, responder
        self._iterator: Iterator[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        token = CURRENT.set(self._responder)  # an app that is a generator runs only now
        try:
            if self._iterator is None:
                self._iterator = iter(self._inner)
            chunk = next(self._iterator)
        except StopIteration:
            self._responder.hand_over(complete=True)
            raise
        except BaseException as error:
            self._responder.failed(error)
            self._responder.hand_over()
            raise
        finally:
            CURRENT.reset(token)
        self._responder.add(chunk)
        return chunk

    def close(self) -> None:
        """Close the app's iterable, as the server asked to."""
        try:
            close = getattr(self._inner, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            self._responder.failed(error)
            raise
        finally:
            self._responder.hand_over()
