"""HTTP as uvicorn speaks it, with a bound on what comes before the body: nobody has shown a key by then."""

import importlib.util
from asyncio import Protocol
from typing import Any

HEAD = 64 * 1024  # bytes of request line and headers, as h11 has it


def protocol() -> Any:
    """Return what ``uvicorn.Config`` is given as ``http``: httptools where it is installed, else h11."""
    if importlib.util.find_spec("httptools") is None:
        return "h11"
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

    return type("BoundedProtocol", (_BoundedHead, HttpToolsProtocol), {})


class _BoundedHead(Protocol):
    """Mixed into uvicorn's protocol over httptools, which takes a head of any length."""

    _in_head = False
    _head = _chunk = 0

    def on_message_begin(self) -> None:
        """See httptools: a request line follows."""
        # What it came with may be of the request before.
        self._in_head, self._head = True, -self._chunk
        super().on_message_begin()  # type: ignore[misc]

    def on_headers_complete(self) -> None:
        """See httptools: what follows is the body."""
        self._in_head = False
        super().on_headers_complete()  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        """Take what came; give up where a head goes on and on."""
        self._chunk = len(data)
        super().data_received(data)
        self._head += len(data)
        if self._in_head and self._head > HEAD:
            self._in_head = False
            self.send_400_response("The head of the request is too long.")  # type: ignore[attr-defined]
