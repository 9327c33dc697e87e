"""Captured bytes to parsed JSON, or the reason why not."""

import json
import zlib
from typing import Any

import msgspec

from graphsignal_mw.records import BodyState, Headers

MAX_INFLATED = 16 * 1024 * 1024
_decoder = msgspec.json.Decoder()


class UnparsedError(ValueError):
    """A body that is not parsed; ``reason`` is the name of the counter."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def header(headers: Headers, name: str) -> str | None:
    """Return the value of the header ``name`` (lower case), or None."""
    wanted = name.encode("latin-1", "replace")
    for key, value in headers:
        if key.lower() == wanted:
            return value.decode("latin-1")
    return None


def parse(body: bytes | bytearray, state: BodyState, headers: Headers) -> Any:
    """Return the parsed JSON of a captured body.

    Raises:
        UnparsedError: when it is not complete, not JSON by its type, not decodable or not valid.

    """
    if state != "complete":
        raise UnparsedError(state)
    content_type = (header(headers, "content-type") or "application/json").lower()
    if "json" not in content_type:
        raise UnparsedError("content_type")
    data = _inflate(bytes(body), (header(headers, "content-encoding") or "identity").lower())
    if not data.strip():
        raise UnparsedError("empty")
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _parse_leniently(data)


def _parse_leniently(data: bytes) -> Any:
    """Parse what Python's own json takes and strict parsers do not: NaN, a byte order mark, lone surrogates."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise UnparsedError("invalid_json") from None


def _inflate(body: bytes, encoding: str) -> bytes:
    if encoding == "identity":
        return body
    if encoding not in {"gzip", "deflate"}:
        raise UnparsedError("content_encoding")
    # 32 + 15: gzip or zlib framing, whichever it is.
    inflater = zlib.decompressobj(47)
    try:
        data = inflater.decompress(body, MAX_INFLATED + 1)
    except zlib.error:
        raise UnparsedError("content_encoding") from None
    if len(data) > MAX_INFLATED or not inflater.eof:
        raise UnparsedError("truncated")
    return data
