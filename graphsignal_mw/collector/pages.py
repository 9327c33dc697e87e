"""Long lists, a page at a time: a cursor says after which item the next page begins."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from graphsignal_mw.collector.params import parse_count
from graphsignal_mw.collector.problems import Problem, invalid

PAGE, LARGEST_PAGE = 100, 1000
T = TypeVar("T")
Key = tuple[str | int, ...]


class Page(NamedTuple):
    """Items of a page, ready for JSON, and the cursor of the next one (None at the end)."""

    items: list[Any]
    cursor: str | None


def paginate(items: Sequence[T], query: Mapping[str, str], key: Callable[[T], Key], view: Callable[[T], Any]) -> Page:
    """Return the page that ``limit`` and ``cursor`` name. ``items`` are sorted by ``key``, which is unique.

    Items may come and go between two pages: what stays is listed once.

    Raises:
        Problem: 400, when a parameter cannot be read.

    """
    limit = parse_count("limit", query.get("limit"), PAGE, LARGEST_PAGE)
    cursor = query.get("cursor")
    rest = [item for item in items if key(item) > _after(cursor, key(item))] if cursor else list(items)
    more = len(rest) > limit
    return Page([view(item) for item in rest[:limit]], _cursor(key(rest[limit - 1])) if more else None)


def _cursor(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _after(cursor: str, like: Key) -> Key:
    problem: Problem = invalid("cursor", cursor, "the cursor of a page that came before")
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise problem from None
    if not isinstance(key, list) or [type(part) for part in key] != [type(part) for part in like]:
        raise problem
    return tuple(key)
