"""Rows to columns."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any


def transpose(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the columns of ``rows``, each of shape (len(rows),), with None where a row lacks the name."""
    if not rows:
        return {}
    names = list(rows[0])
    try:
        columns = {name: list(map(itemgetter(name), rows)) for name in names}
    except KeyError:
        return _transpose_ragged(rows)
    if any(len(row) != len(names) for row in rows):
        return _transpose_ragged(rows)
    return columns


def _transpose_ragged(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
