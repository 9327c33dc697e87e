"""One body as it passes: kept up to a limit, by reference where it comes in one piece."""

from graphsignal_mw.records import BodyState, Headers

LOOK_AT = 65_536  # bytes from which the content type decides whether a body is worth keeping
_SKIPPED = (b"text/event-stream", b"ndjson", b"multipart/", b"image/", b"audio/", b"video/", b"octet-stream")


class Body:
    """Collects at most ``limit`` bytes. ``state`` says whether that is the whole body."""

    __slots__ = ("_buffer", "_limit", "_only", "state")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._only: bytes | None = None
        self._buffer: bytearray | None = None
        self.state: BodyState = "incomplete"

    @property
    def data(self) -> bytes | bytearray:
        """What was kept; nothing when it is not the whole body."""
        if self.state != "complete":
            return b""
        return self._buffer if self._buffer is not None else self._only or b""

    @property
    def size(self) -> int:
        """Bytes kept so far."""
        return len(self._buffer) if self._buffer is not None else len(self._only or b"")

    def add(self, chunk: bytes) -> None:
        """Keep a chunk that passes."""
        if not chunk or self.state not in {"incomplete", "complete"}:
            return
        if self.size + len(chunk) > self._limit:
            self.give_up("truncated")
        elif self._buffer is not None:
            self._buffer += chunk
        elif self._only is None:
            self._only = bytes(chunk)
        else:
            self._buffer = bytearray(self._only)
            self._buffer += chunk

    def complete(self) -> None:
        """Say that the last chunk has passed."""
        if self.state == "incomplete":
            self.state = "complete"

    def give_up(self, state: BodyState) -> None:
        """Keep nothing of this body, for the reason ``state``."""
        self.state = state
        self._only = self._buffer = None


def is_skipped(headers: Headers) -> bool:
    """Return whether the content type says that a body is a stream, or nothing to parse."""
    for name, value in headers:
        if name.lower() == b"content-type":
            return any(kind in value.lower() for kind in _SKIPPED)
    return False
