"""``wsgi.input``, teed: what the app reads is kept, and nothing is read that the app does not read."""

from collections.abc import Callable, Iterator
from typing import Any

from graphsignal_mw.middleware.body import Body
from graphsignal_mw.records import Headers


class InputBody(Body):
    """What an app reads of its ``wsgi.input``, which is ``stream``; a tee stands before it.

    ``left`` is how many bytes may still come; None of a chunked body, which ends where nothing more comes, and -1 where
    nobody looks any more.
    """

    __slots__ = ("left", "stream")

    def __init__(self, stream: Any, environ: dict[str, Any], limit: int, headers: Headers, lines: bool) -> None:
        Body.__init__(self, limit, headers, lines)
        self.stream = stream
        length = environ.get("CONTENT_LENGTH")
        if length and len(length) < _DIGITS and length.isdecimal():
            self.left: int | None = int(length)
        elif length or "HTTP_TRANSFER_ENCODING" in environ or environ.get("wsgi.input_terminated"):
            self.left = None
        else:
            self.left = 0
        if self.left == 0:
            self.complete()

    def seen(self, chunk: Any, *, whole: bool = False, asked: bool = True) -> None:
        """Keep a chunk that the app has read: a ``whole`` body, or what it ``asked`` for, some bytes."""
        left = self.left
        if left == -1 or type(chunk) is not bytes:
            return
        if left is None:
            self.add(chunk, whole or (asked and not chunk))
        else:
            self.left = left = max(left - len(chunk), 0)
            self.add(chunk, not left)

    def filled(self, buffer: Any, size: Any) -> None:
        """Keep the ``size`` bytes that were read into a buffer of the app's."""
        if isinstance(size, int):
            with memoryview(buffer) as view, view.cast("B") as octets:
                self.seen(bytes(octets[:size]), asked=len(octets) > 0)


class InputTee:
    """Stands before ``wsgi.input``: what is not a way to read goes to the original."""

    __slots__ = ("_body",)

    def __init__(self, body: InputBody) -> None:
        self._body = body

    @property  # type: ignore[misc]  # what isinstance() asks where it is told no
    def __class__(self) -> type:
        """The class of the original: who asks whether the stream is of some class hears the same with us."""
        return type(self._body.stream)

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Read as the original does."""
        body = self._body
        chunk = body.stream.read(*args, **kwargs)
        body.seen(chunk, whole=not kwargs and (not args or args[0] in (None, -1)), asked=args != _NOTHING)
        return chunk

    def readline(self, *args: Any, **kwargs: Any) -> Any:
        """Read a line as the original does."""
        line = self._body.stream.readline(*args, **kwargs)
        self._body.seen(line, asked=args != _NOTHING)
        return line

    def readlines(self, *args: Any, **kwargs: Any) -> Any:
        """Read lines as the original does."""
        lines = self._body.stream.readlines(*args, **kwargs)
        for line in lines:
            self._body.seen(line)
        if not args and not kwargs:
            self._body.seen(b"", whole=True)
        return lines

    def __iter__(self) -> Iterator[Any]:
        for line in self._body.stream:
            self._body.seen(line)
            yield line
        self._body.seen(b"", whole=True)

    def __next__(self) -> Any:
        line = next(self._body.stream)
        self._body.seen(line)
        return line

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._body.stream, name)
        if name in _INTO:
            return self._filling(found)
        return self._stopping(found) if name in _UNSEEN else found

    def _filling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Keep what is read into a buffer of the app's."""

        def fill(buffer: Any, *args: Any) -> Any:
            size = method(buffer, *args)
            self._body.filled(buffer, size)
            return size

        return fill

    def _stopping(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Stop capturing where the app moves about, or reads past us: the rest cannot be put together."""

        def stop(*args: Any, **kwargs: Any) -> Any:
            self._body.give_up("incomplete")
            self._body.left = -1
            return method(*args, **kwargs)

        return stop


class BufferTee(InputTee):
    """Stands before an input that can read into a buffer of the app's: Werkzeug reads so wherever it can."""

    __slots__ = ()

    def readinto(self, buffer: Any, *args: Any) -> Any:
        """Read into ``buffer`` as the original does."""
        body = self._body
        size = body.stream.readinto(buffer, *args)
        if size and size == body.left and type(buffer) is bytearray and size == len(buffer):  # all at once, as most
            body.left = 0
            body.add(bytes(buffer), last=True)
        else:
            body.filled(buffer, size)
        return size


_INTO = frozenset({"readinto", "readinto1"})
_UNSEEN = frozenset({"seek", "read1", "readall", "detach"})
_DIGITS = 20  # more digits are no length of anything, and at some thousands an error of int()
_NOTHING = (0,)  # the arguments of a read that is empty anywhere, not only at the end
