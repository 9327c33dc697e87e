"""``wsgi.input``, teed: what the app reads is kept, and nothing is read that the app does not read."""

from collections.abc import Iterator
from typing import Any

from graphsignal_mw.middleware.body import Body


class InputTee:
    """Stands before ``wsgi.input``. Everything but the four methods of PEP 3333 goes to the original."""

    def __init__(self, stream: Any, body: Body, content_length: str | None) -> None:
        self._stream, self.body = stream, body
        self._left = int(content_length) if content_length and content_length.isdecimal() else None
        if self._left == 0 or (self._left is None and not content_length):
            # Chunked bodies have no length either: what is read then takes the state back.
            body.complete()

    def read(self, *args: Any) -> Any:
        """Read as the original does."""
        return self._seen(self._stream.read(*args), whole=not args or args[0] in {None, -1})

    def readline(self, *args: Any) -> Any:
        """Read a line as the original does."""
        return self._seen(self._stream.readline(*args))

    def readlines(self, *args: Any) -> Any:
        """Read lines as the original does."""
        lines = self._stream.readlines(*args)
        for line in lines:
            self._seen(line)
        return lines

    def __iter__(self) -> Iterator[Any]:
        for line in self._stream:
            yield self._seen(line)

    def seek(self, *args: Any) -> Any:
        """Seek in the original: what is read after it cannot be put together."""
        self.body.give_up("incomplete")
        return self._stream.seek(*args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _seen(self, chunk: Any, *, whole: bool = False) -> Any:
        if isinstance(chunk, bytes):
            self.body.add(chunk)
            if self._left is not None:
                self._left -= len(chunk)
            if whole or not chunk or (self._left is not None and self._left <= 0):
                self.body.complete()
        return chunk
