"""One side of an exchange as it passes: its headers, and its body up to a limit, by reference where it is one piece."""

import re
from collections.abc import Callable

from graphsignal_mw.records import BodyState, Headers

LOOK_AT = 65_536  # bytes from which the content type decides whether a body is worth keeping
_STREAMS = rb"text/event-stream|multipart/|image/|audio/|video/|octet-stream"
_LINES = rb"ndjson|jsonl"
_search_stream = re.compile(_STREAMS + b"|" + _LINES, re.I).search
_search_other_stream = re.compile(_STREAMS, re.I).search


class Body:
    """Keeps at most ``limit`` bytes. ``state`` says whether that is the whole body."""

    __slots__ = ("_kept", "_limit", "headers", "state")

    def __init__(self, limit: int, headers: Headers = ()) -> None:
        self.headers = headers
        self.state: BodyState = "incomplete"
        self._limit = limit
        self._kept: bytes | bytearray = b""

    def add(self, chunk: bytes, last: bool = False) -> None:
        """Keep a chunk that passes; ``last`` says that the body ends with it."""
        if self.state != "incomplete":
            return
        if last and not self._kept and type(chunk) is bytes and (size := len(chunk)) <= LOOK_AT and size <= self._limit:
            self._kept = chunk
        elif chunk and not self._keep(chunk, last):
            return
        if last:
            self.state = "complete"

    def complete(self) -> None:
        """Say that the last chunk has passed."""
        if self.state == "incomplete":
            self.state = "complete"

    def give_up(self, state: BodyState) -> None:
        """Keep nothing of this body, for the reason ``state``."""
        self.state = state
        self._kept = b""

    def taken(self) -> bytes | bytearray:
        """Return what was kept, and let go of it; nothing when it is not the whole body."""
        kept, self._kept = self._kept, b""
        return kept if self.state == "complete" else b""

    def _keep(self, chunk: bytes, last: bool) -> bool:
        size = len(chunk)
        if not self._kept and (size > LOOK_AT or not last) and self._is_skipped():
            self.give_up("skipped")
            return False
        if len(self._kept) + size > self._limit:
            self.give_up("truncated")
            return False
        if not self._kept:
            self._kept = bytes(chunk)
            return True
        if type(self._kept) is bytes:
            self._kept = bytearray(self._kept)
        self._kept += chunk
        return True

    def _is_skipped(self) -> bool:
        return is_skipped(self.headers)


class LinesBody(Body):
    """Keeps JSON Lines too, which are streams elsewhere."""

    __slots__ = ()

    def _is_skipped(self) -> bool:
        return is_skipped(self.headers, _search_other_stream)


def is_skipped(headers: Headers, search: Callable[[bytes], object] = _search_stream) -> bool:
    """Return whether the content type says that a body is a stream, or nothing to parse."""
    for name, value in headers:
        if name.lower() == b"content-type":
            return value != b"application/json" and search(value) is not None
    return False
