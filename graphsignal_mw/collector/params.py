"""Parameters of the read API: moments, ranges, numbers."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from graphsignal_mw.collector.problems import invalid

DAY = 86400
LAST = 253402300799  # the end of the year 9999
_OFFSET_AS_SPACE = re.compile(r" (?=\d\d:?\d\d$)")


class Range(NamedTuple):
    """Half-open range in Unix seconds."""

    start: int
    end: int


def parse_range(query: Mapping[str, str], now: float) -> Range:
    """Return the range of ``from`` and ``to``, by default the 24 hours until now.

    Raises:
        Problem: 400, when one cannot be read or ``from`` does not come before ``to``.

    """
    end = parse_moment("to", query["to"]) if query.get("to") else int(now) + 1
    start = parse_moment("from", query["from"]) if query.get("from") else end - DAY
    if not start < end:
        raise invalid("from", query.get("from"), f"a moment before to, which is {iso(end)}")
    return Range(start, end)


def parse_moment(key: str, value: str) -> int:
    """Return Unix seconds of ``value``: Unix seconds, or ISO 8601 (UTC where it says nothing else)."""
    try:
        seconds = float(value)
    except ValueError:
        seconds = _iso_seconds(value)
    if not 0 <= seconds <= LAST:  # false for NaN
        raise invalid(key, value, "a moment in ISO 8601 or Unix seconds")
    return int(seconds)


def parse_count(key: str, value: str | None, default: int, most: int) -> int:
    """Return a whole number from 1 to ``most``."""
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:20]) <= most):
        raise invalid(key, value, f"a whole number from 1 to {most}")
    return int(value)


def iso(moment: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _iso_seconds(value: str) -> float:
    # A plus sign that was not escaped arrives as a space.
    try:
        moment = datetime.fromisoformat(_OFFSET_AS_SPACE.sub("+", value))
    except ValueError:
        return math.nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
