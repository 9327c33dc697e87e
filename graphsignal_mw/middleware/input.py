"""``wsgi.input``, teed: what the app reads is kept, and nothing is read that the app does not read."""

from collections.abc import Callable, Iterator
from typing import Any

from graphsignal_mw.middleware.body import Body


class InputTee:
    """Stands before ``wsgi.input``. Everything but the four methods of PEP 3333 goes to the original.

    ``length`` is the length of the body in bytes; None for a chunked one, which ends where nothing more comes.
    """

    __slots__ = ("_body", "_left", "_stream")

    def __init__(self, stream: Any, body: Body, length: int | None) -> None:
        self._stream, self._body, self._left = stream, body, length
        if length == 0:
            body.complete()

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Read as the original does."""
        return self._seen(self._stream.read(*args, **kwargs), whole=not kwargs and (not args or args[0] in (None, -1)))

    def readline(self, *args: Any, **kwargs: Any) -> Any:
        """Read a line as the original does."""
        return self._seen(self._stream.readline(*args, **kwargs))

    def readlines(self, *args: Any, **kwargs: Any) -> Any:
        """Read lines as the original does."""
        lines = self._stream.readlines(*args, **kwargs)
        for line in lines:
            self._seen(line)
        if not args and not kwargs:
            self._seen(b"", whole=True)
        return lines

    def __iter__(self) -> Iterator[Any]:
        for line in self._stream:
            yield self._seen(line)
        self._seen(b"", whole=True)

    def __next__(self) -> Any:
        return self._seen(next(self._stream))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, name)
        return self._seeking(found) if name == "seek" else found

    def _seeking(self, seek: Callable[..., Any]) -> Callable[..., Any]:
        """Stop capturing where the app moves about: what it reads then cannot be put together."""

        def stop_and_seek(*args: Any, **kwargs: Any) -> Any:
            self._body.give_up("incomplete")
            self._left = -1
            return seek(*args, **kwargs)

        return stop_and_seek

    def _seen(self, chunk: Any, *, whole: bool = False) -> Any:
        if self._left == -1 or type(chunk) is not bytes:
            return chunk
        if self._left is None:
            self._body.add(chunk, whole or not chunk)
        else:
            self._left = max(self._left - len(chunk), 0)
            self._body.add(chunk, not self._left)
        return chunk


def length_of(environ: dict[str, Any]) -> int | None:
    """Return how long the request's body says it is: 0 without one, None when it is chunked."""
    length = environ.get("CONTENT_LENGTH")
    if length and length.isdecimal():
        return int(length)
    return None if "HTTP_TRANSFER_ENCODING" in environ or environ.get("wsgi.input_terminated") else 0
