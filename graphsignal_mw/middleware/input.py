"""``wsgi.input``, teed: what the app reads is kept, and nothing is read that the app does not read."""

from collections.abc import Callable, Iterator
from typing import Any

from graphsignal_mw.middleware.body import Body


class InputTee:
    """Stands before ``wsgi.input``. What is not a way to read goes to the original.

    ``length`` is the length of the body in bytes; None for a chunked one, which ends where nothing more comes.
    """

    __slots__ = ("_body", "_left", "_stream")

    def __init__(self, stream: Any, body: Body, length: int | None) -> None:
        self._stream, self._body, self._left = stream, body, length
        if length == 0:
            body.complete()

    @property  # type: ignore[misc]  # what isinstance() asks where it is told no
    def __class__(self) -> type:
        """The class of the original: who asks whether the stream is of some class hears the same with us."""
        return type(self._stream)

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Read as the original does."""
        whole = not kwargs and (not args or args[0] in (None, -1))
        return self._seen(self._stream.read(*args, **kwargs), whole=whole, asked=args != _NOTHING)

    def readline(self, *args: Any, **kwargs: Any) -> Any:
        """Read a line as the original does."""
        return self._seen(self._stream.readline(*args, **kwargs), asked=args != _NOTHING)

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
        if name in _INTO:
            return self._filling(found)
        return self._stopping(found) if name in _UNSEEN else found

    def _filling(self, method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Keep what is read into a buffer of the app's: Werkzeug reads so wherever the server's stream can."""

        def fill(buffer: Any) -> Any:
            size = method(buffer)
            if type(buffer) is bytearray and size:
                self._seen(bytes(buffer if size == len(buffer) else buffer[:size]))
            elif isinstance(size, int):
                with memoryview(buffer) as view, view.cast("B") as octets:
                    self._seen(bytes(octets[:size]), asked=len(octets) > 0)
            return size

        return fill

    def _stopping(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Stop capturing where the app moves about, or reads past us: the rest cannot be put together."""

        def stop(*args: Any, **kwargs: Any) -> Any:
            self._body.give_up("incomplete")
            self._left = -1
            return method(*args, **kwargs)

        return stop

    def _seen(self, chunk: Any, *, whole: bool = False, asked: bool = True) -> Any:
        if self._left == -1 or type(chunk) is not bytes:
            return chunk
        if self._left is None:
            self._body.add(chunk, whole or (asked and not chunk))
        else:
            self._left = max(self._left - len(chunk), 0)
            self._body.add(chunk, not self._left)
        return chunk


_INTO = frozenset({"readinto", "readinto1"})
_UNSEEN = frozenset({"seek", "read1", "readall", "detach"})
_DIGITS = 20  # more digits are no length of anything, and at some thousands an error of int()
_NOTHING = (0,)  # the arguments of a read that is empty anywhere, not only at the end


def length_of(environ: dict[str, Any]) -> int | None:
    """Return how long the request's body says it is: 0 without one, None when it is chunked or says nonsense."""
    length = environ.get("CONTENT_LENGTH")
    if length and len(length) < _DIGITS and length.isdecimal():
        return int(length)
    return None if length or "HTTP_TRANSFER_ENCODING" in environ or environ.get("wsgi.input_terminated") else 0
