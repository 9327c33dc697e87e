"""Formats of bodies besides JSON, parsed only where a preset's protocol has them: JSON Lines, CSV, plain text."""

import csv
import io
from typing import Any

import msgspec

from graphsignal_mw.mapping.body import parse_json
from graphsignal_mw.mapping.unparsed import UnparsedError

_decoder = msgspec.json.Decoder()


def is_lines(content_type: str | None) -> bool:
    """Return whether a content type is one of the names of JSON Lines."""
    return content_type is not None and any(
        name in content_type.lower() for name in ("jsonlines", "jsonl", "ndjson", "json-lines")
    )


def is_csv(content_type: str | None) -> bool:
    """Return whether a content type is one of the names of CSV."""
    return content_type is not None and "csv" in content_type.lower()


def parse_lines(data: bytes) -> list[Any]:
    """Return the values of JSON Lines (https://jsonlines.org), None for each line that is no JSON.

    Raises:
        UnparsedError: when no line is.

    """
    try:
        return _decoder.decode_lines(data)
    except (msgspec.DecodeError, ValueError, RecursionError):
        values = [_line(line) for line in data.splitlines() if line.strip()]
    if all(value is None for value in values):
        raise UnparsedError("invalid_json")
    return values


def parse_csv(data: bytes) -> list[list[Any]]:
    """Return the rows of CSV (RFC 4180); a cell is an integer, a number, text, or None where it is empty.

    Raises:
        UnparsedError: when it is no text, or a cell has no end.

    """
    try:
        text = data.decode("utf-8-sig")
        rows = [[_cell(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline="")) if row]
    except (UnicodeDecodeError, csv.Error):
        raise UnparsedError("invalid_csv") from None
    return rows


def parse_value(data: bytes, content_type: str | None) -> Any:
    """Return the parsed JSON of ``data``, or ``data`` itself where its type says that it is text.

    Raises:
        UnparsedError: when it is neither.

    """
    try:
        return parse_json(data, None)
    except UnparsedError:
        if content_type is None or not content_type.lower().startswith("text/plain"):
            return parse_json(data, content_type)
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UnparsedError("content_type") from None


def _line(line: bytes) -> Any:
    try:
        return parse_json(line, None)
    except UnparsedError:
        return None


def _cell(text: str) -> Any:
    """Return what a cell means; Python would also read ``1_000`` as a number."""
    if not text or "_" in text:
        return text or None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text
