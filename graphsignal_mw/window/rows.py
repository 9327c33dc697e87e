"""Rows to columns."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

MAX_NESTED = 100  # keys of a nested mapping that become columns; a larger one is summarised by its length
MAX_DEPTH = 16  # mappings inside mappings; what lies deeper is summarised by its length


def transpose(rows: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Any]]:
    """Return the columns of ``rows``, each of shape (len(rows),), with None where a row lacks the name."""
    if not rows:
        return {}
    return flatten(_transpose(rows))


def as_columns(data: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Any]]:
    """Return columns, flattened, from columns or rows."""
    return flatten(data) if isinstance(data, Mapping) else transpose(data)


def flatten(columns: Mapping[str, Sequence[Any]], depth: int = MAX_DEPTH) -> dict[str, Sequence[Any]]:
    """Return ``columns`` with those of mappings replaced by one per key, named ``column.key``."""
    flat: dict[str, Sequence[Any]] = {}
    for name, values in columns.items():
        inner = _inner(name, values) if depth else {}
        flat.update(flatten(inner, depth - 1) if inner else {name: values})
    return flat


def _inner(name: str, values: Sequence[Any]) -> Mapping[str, Sequence[Any]]:
    """Return the columns inside a column of mappings; none where it has no mappings, no keys or too many.

    A mapping without keys is a value like others, whatever else is in the column.
    """
    if not isinstance(values, list) or not any(type(value) is dict and value for value in values):
        return {}
    inner = _transpose_ragged([_nested(name, value) for value in values])
    return inner if len(inner) <= MAX_NESTED else {}


def _nested(name: str, value: Any) -> Mapping[str, Any]:
    if type(value) is dict and value:
        return {f"{name}.{key}": inner for key, inner in value.items()}
    return {} if value is None else {name: value}


def _transpose(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
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
