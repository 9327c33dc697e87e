"""One side of an exchange as it passes: its headers, and its body up to a limit, by reference where it is one piece."""

import re

from graphsignal_mw.records import BodyState, Headers

LOOK_AT = 65_536  # bytes from which the content type decides whether a body is worth keeping
_STREAMS = rb"text/event-stream|multipart/|image/|audio/|video/|octet-stream"
_LINES = rb"ndjson|jsonl"
_CONTENT_TYPE = frozenset({b"content-type", "content-type"})
_JSON = frozenset({b"application/json", "application/json"})
_search_stream = re.compile(_STREAMS + b"|" + _LINES, re.I).search
_search_other_stream = re.compile(_STREAMS, re.I).search


class Body:
    """Keeps at most ``limit`` bytes. ``state`` says whether that is the whole body.

    With ``lines``, JSON Lines are bodies like others, and not skipped as the streams that they are elsewhere.
    """

    __slots__ = ("_headers", "_kept", "_limit", "_lines", "state")

    def __init__(self, limit: int, headers: Headers = (), lines: bool = False) -> None:
        self._limit, self._headers, self._lines = limit, headers, lines
        self._kept: bytes | bytearray = b""
        self.state: BodyState = "incomplete"

    def __len__(self) -> int:
        return len(self._kept)

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
        if not self._kept and (size > LOOK_AT or not last) and is_skipped(self._headers, self._lines):
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


ABSENT, SKIPPED = Body(0), Body(0)  # no body so far, and one that is not looked at: shared, and so never added to
SKIPPED.give_up("skipped")


def taken(body: Body | bytes) -> tuple[bytes | bytearray, BodyState]:
    """Return what is kept of a body, and its state. Bytes are a whole body that came in one piece."""
    return (body, "complete") if isinstance(body, bytes) else (body.taken(), body.state)


def is_skipped(headers: Headers, lines: bool = False) -> bool:
    """Return whether the content type says that a body is a stream, or nothing to parse; ``lines`` are JSON Lines."""
    search = _search_other_stream if lines else _search_stream
    for name, value in headers:
        if name.lower() in _CONTENT_TYPE:
            if value in _JSON:
                return False
            return search(value.encode("latin-1", "replace") if isinstance(value, str) else value) is not None
    return False
