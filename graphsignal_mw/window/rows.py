"""Rows to columns."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

MAX_NESTED = 100  # keys of a nested mapping that become columns; a larger one is summarised by its length


def transpose(rows: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Any]]:
    """Return the columns of ``rows``, each of shape (len(rows),), with None where a row lacks the name."""
    if not rows:
        return {}
    return flatten(_transpose(rows))


def as_columns(data: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Any]]:
    """Return columns, flattened, from columns or rows."""
    return flatten(data) if isinstance(data, Mapping) else transpose(data)


def flatten(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Return ``columns`` with those of mappings replaced by one per key, named ``column.key``."""
    flat: dict[str, Sequence[Any]] = {}
    for name, values in columns.items():
        if isinstance(values, list) and any(type(value) is dict for value in values):
            inner = _transpose_ragged([_nested(name, value) for value in values])
            flat.update(flatten(inner) if len(inner) <= MAX_NESTED else {name: values})
        else:
            flat[name] = values
    return flat


def _nested(name: str, value: Any) -> Mapping[str, Any]:
    if type(value) is dict:
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
