"""Captured bytes to parsed JSON, or the reason why not."""

import json
import re
import zlib
from typing import Any

import msgspec

from graphsignal_mw.records import BodyState, Headers

MAX_INFLATED = 4 * 1024 * 1024  # what parsing may hold the interpreter for
_FRAMED = 32 + zlib.MAX_WBITS  # gzip or zlib, whichever it is
_decoder = msgspec.json.Decoder()
_LONE = re.compile("[\ud800-\udfff]")  # no UTF-8 can hold one: an upload with it would never be made
_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


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
    data = _inflate(bytes(body), (header(headers, "content-encoding") or "identity").strip().lower())
    content = data.strip()
    if not content:
        raise UnparsedError("empty")
    content_type = header(headers, "content-type")
    is_json = content_type is None or "json" in content_type.lower()
    if not is_json and content[:1] not in b"{[":  # many clients post JSON and call it a form, or text
        raise UnparsedError("content_type")
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _parse_leniently(data, "invalid_json" if is_json else "content_type")


def _parse_leniently(data: bytes, reason: str) -> Any:
    """Parse what Python's own json takes and strict parsers do not: NaN, a byte order mark, lone surrogates."""
    try:
        text = data.decode(json.detect_encoding(data), "surrogatepass")
        parsed = json.loads(_LONE.sub("\ufffd", text))
        if _ESCAPED.search(text):
            parsed = json.loads(_LONE.sub("\ufffd", json.dumps(parsed, ensure_ascii=False)))
    except (ValueError, RecursionError):
        raise UnparsedError(reason) from None
    return parsed


def _inflate(body: bytes, encoding: str) -> bytes:
    if encoding == "identity":
        return body
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise UnparsedError("content_encoding")
    try:
        return _inflated(body, _FRAMED)
    except zlib.error:
        if encoding != "deflate":
            raise UnparsedError("content_encoding") from None
    try:
        return _inflated(body, -zlib.MAX_WBITS)  # deflate without the frame that RFC 9110 asks for
    except zlib.error:
        raise UnparsedError("content_encoding") from None


def _inflated(body: bytes, wbits: int) -> bytes:
    inflater = zlib.decompressobj(wbits)
    data = inflater.decompress(body, MAX_INFLATED + 1)
    if len(data) > MAX_INFLATED:
        raise UnparsedError("truncated")
    if not inflater.eof:
        raise UnparsedError("incomplete")
    return data
