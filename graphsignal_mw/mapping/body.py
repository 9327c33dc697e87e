"""Captured bytes to parsed JSON, or the reason why not."""

import json
import re
from typing import Any

import msgspec

from graphsignal_mw.mapping.inflate import inflate
from graphsignal_mw.mapping.unparsed import UnparsedError
from graphsignal_mw.records import BodyState, Headers

_decoder = msgspec.json.Decoder()
_LONE = re.compile("[\ud800-\udfff]")  # no UTF-8 can hold one: an upload with it would never be made
_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


def header(headers: Headers, name: str) -> str | None:
    """Return the value of the header ``name`` (lower case), or None."""
    wanted = (name, name.encode("latin-1", "replace"))
    for key, value in headers:
        if key.lower() in wanted:
            return value if isinstance(value, str) else value.decode("latin-1")
    return None


def parse(body: bytes | bytearray, state: BodyState, headers: Headers) -> Any:
    """Return the parsed JSON of a captured body.

    Raises:
        UnparsedError: when it is not complete, not JSON by its type, not decodable or not valid.

    """
    return parse_json(content_of(body, state, headers), header(headers, "content-type"))


def content_of(body: bytes | bytearray, state: BodyState, headers: Headers) -> bytes:
    """Return the bytes of a captured body without its content encoding.

    What is JSON as it is has none, whatever the header says: some clients send ``Content-Encoding: utf-8``.

    Raises:
        UnparsedError: when it is not complete, not decodable or empty.

    """
    if state != "complete":
        raise UnparsedError(state)
    encoding = (header(headers, "content-encoding") or "identity").strip().lower()
    data = bytes(body) if encoding == "identity" or _is_json(body) else inflate(bytes(body), encoding)
    if not data.strip():
        raise UnparsedError("empty")
    return data


def _is_json(body: bytes | bytearray) -> bool:
    if body[:1] not in {b"{", b"["}:
        return False
    try:
        _decoder.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
    return True


def parse_json(data: bytes, content_type: str | None) -> Any:
    """Return the parsed JSON of ``data``.

    Raises:
        UnparsedError: when it is not JSON by its type, or not valid.

    """
    is_json = content_type is None or "json" in content_type.lower()
    if not is_json and data.lstrip()[:1] not in b"{[":  # many clients post JSON and call it a form, or text
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
