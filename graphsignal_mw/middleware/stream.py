"""The iterable of a WSGI response, teed."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from graphsignal_mw.middleware.body import ABSENT
from graphsignal_mw.middleware.current import CURRENT, Noting


class Responder(Noting, Protocol):
    """Who is told of what passes."""

    status: int | None
    response: Any
    at_once: int

    def add(self, chunk: Any) -> None:
        """Keep a chunk of the response."""

    def failed(self, error: BaseException) -> None:
        """Say that the app raised ``error``."""

    def hand_over(self, *, complete: bool = False) -> None:
        """Give the record away."""


class Stream:
    """Stands before the app's iterable. A class: a generator closed before its first ``next`` never closes the inner.

    No ``__len__``: servers would believe it. Inside is a generator all the same, as servers go through it with less
    effort than through a ``__next__``.
    """

    __slots__ = ("_chunks", "_inner", "_responder")

    def __init__(self, inner: Iterable[bytes], responder: Responder) -> None:
        self._inner, self._responder = inner, responder
        self._chunks = _teed(inner, responder)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def __next__(self) -> bytes:
        return next(self._chunks)

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
            if not self._responder.done:
                self._responder.hand_over()


_END: Any = object()


def _teed(inner: Iterable[bytes], responder: Responder) -> Iterator[bytes]:
    try:
        if responder.status is None:
            iterator, chunk = _run(inner, responder)
        else:
            iterator = iter(inner)
            chunk = next(iterator, _END)
        while chunk is not _END:
            if responder.response is ABSENT and type(chunk) is bytes and len(chunk) <= responder.at_once:
                responder.response = chunk
            else:
                responder.add(chunk)
            yield chunk
            chunk = next(iterator, _END)
    except BaseException as error:
        responder.failed(error)
        responder.hand_over()
        raise
    responder.hand_over(complete=True)


def _run(app: Iterable[bytes], responder: Responder) -> tuple[Iterator[bytes], bytes]:
    """Begin an app that has not started its response: it is a generator, and runs only now."""
    token = CURRENT.set(responder)
    try:
        iterator = iter(app)
        return iterator, next(iterator, _END)
    finally:
        CURRENT.reset(token)
