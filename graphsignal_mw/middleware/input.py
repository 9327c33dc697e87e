"""``wsgi.input``, teed: what the app reads is kept, and nothing is read that the app does not read."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from graphsignal_mw.middleware.body import ABSENT
from graphsignal_mw.middleware.capture import Capture


class InputCapture(Capture):
    """A request whose body the app reads of its ``wsgi.input``; a tee stands before it.

    ``left`` is how many bytes may still come; None of a chunked body, which ends where nothing more comes, and -1 where
    nobody looks any more, as when the record has been handed over.
    """

    __slots__ = ("left",)
    left: int | None

    def tee(self, environ: dict[str, Any], stream: Any) -> None:
        """Put a tee before ``stream``, the input of ``environ``."""
        length = environ.get("CONTENT_LENGTH")
        self.left = left = _number(length) if length else _without_length(environ)
        if left == 0:
            self.request = b""
        kind: Any = type(stream)
        tee = _tee_class(kind)()
        tee._pair = self, stream  # a name of its own: all others are the stream's
        environ["wsgi.input"] = tee

    def seen(self, chunk: Any, *, whole: bool = False, asked: bool = True) -> None:
        """Keep a chunk that the app has read: a ``whole`` body, or what it ``asked`` for, some bytes."""
        left = self.left
        if left == -1 or type(chunk) is not bytes:
            return
        try:
            if left is not None:
                self.left = left = max(left - len(chunk), 0)
            last = whole or (asked and not chunk) if left is None else not left
            if last and self.request is ABSENT and len(chunk) <= self.middleware.at_once:
                self.request = chunk
            else:
                self.add_request(chunk, last)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)

    def filled(self, buffer: Any, size: Any) -> None:
        """Keep the ``size`` bytes that were read into a buffer of the app's; None where nothing is there yet."""
        if isinstance(size, int):
            with memoryview(buffer) as view, view.cast("B") as octets:
                self.seen(bytes(octets[:size]), asked=len(octets) > 0)

    def lose_track(self) -> None:
        """Stop looking: what is read now cannot be put together."""
        if self.left != -1:
            self.left, self.request = -1, ABSENT


class InputTee:
    """Stands before ``wsgi.input``: what is not a way to read goes to the original.

    A class with ``__getattr__`` is slow to ask for any attribute. So it has but one, and all else is with the capture.
    """

    __slots__ = ("_pair",)
    _pair: tuple[InputCapture, Any]

    @property  # type: ignore[misc]  # what isinstance() asks where it is told no
    def __class__(self) -> type:
        """The class of the original: who asks whether the stream is of some class hears the same with us."""
        return type(self._pair[1])

    def read(self, *args: Any, **kwargs: Any) -> Any:
        """Read as the original does."""
        capture, stream = self._pair
        chunk = stream.read(*args, **kwargs)
        capture.seen(chunk, whole=not kwargs and (not args or args[0] in (None, -1)), asked=args != _NOTHING)
        return chunk

    def readline(self, *args: Any, **kwargs: Any) -> Any:
        """Read a line as the original does."""
        capture, stream = self._pair
        line = stream.readline(*args, **kwargs)
        capture.seen(line, asked=args != _NOTHING)
        return line

    def readlines(self, *args: Any, **kwargs: Any) -> Any:
        """Read lines as the original does."""
        capture, stream = self._pair
        lines = stream.readlines(*args, **kwargs)
        for line in lines:
            capture.seen(line)
        if not args and not kwargs:
            capture.seen(b"", whole=True)
        return lines

    def __iter__(self) -> Iterator[Any]:
        capture, stream = self._pair
        for line in stream:
            capture.seen(line)
            yield line
        capture.seen(b"", whole=True)

    def __next__(self) -> Any:
        capture, stream = self._pair
        line = next(stream)
        capture.seen(line)
        return line

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._pair[1], name)
        if name in _INTO:
            return self._filling(found)
        return self._stopping(found) if name in _UNSEEN else found

    def _filling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Keep what is read into a buffer of the app's."""

        def fill(buffer: Any, *args: Any) -> Any:
            size = method(buffer, *args)
            self._pair[0].filled(buffer, size)
            return size

        return fill

    def _stopping(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Stop capturing where the app moves about, or reads past us: the rest cannot be put together."""

        def stop(*args: Any, **kwargs: Any) -> Any:
            self._pair[0].lose_track()
            return method(*args, **kwargs)

        return stop


class BufferTee(InputTee):
    """Stands before an input that can read into a buffer of the app's: Werkzeug reads so wherever it can."""

    __slots__ = ()

    def readinto(self, buffer: Any, /) -> Any:
        """Read into ``buffer`` as the original does."""
        capture, stream = self._pair
        size = stream.readinto(buffer)
        if (  # all at once, as most
            size == capture.left
            and type(buffer) is bytearray
            and size == len(buffer)
            and size <= capture.middleware.at_once
            and capture.request is ABSENT
        ):
            capture.left, capture.request = 0, bytes(buffer)
        else:
            capture.filled(buffer, size)
        return size


@lru_cache(maxsize=128)
def _tee_class(kind: Any) -> type[InputTee]:
    """Return the tee for an input of the class ``kind``."""
    return BufferTee if hasattr(kind, "readinto") else InputTee


@lru_cache(maxsize=1024)
def _number(length: str) -> int | None:
    """Return the length of a body, None where it is no number: a cache knows the usual ones in a third of the time."""
    return int(length) if len(length) < _DIGITS and length.isdecimal() else None


def _without_length(environ: dict[str, Any]) -> int | None:
    return None if "HTTP_TRANSFER_ENCODING" in environ or environ.get("wsgi.input_terminated") else 0


_INTO = frozenset({"readinto", "readinto1"})
_UNSEEN = frozenset({"seek", "read1", "readall", "detach"})
_DIGITS = 20  # more digits are no length of anything, and at some thousands an error of int()
_NOTHING = (0,)  # the arguments of a read that is empty anywhere, not only at the end
