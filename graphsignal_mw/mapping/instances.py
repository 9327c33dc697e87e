"""Values that a path found to instances: one object, a list of objects or of lists, a dict of lists.

A *singular* path (no slice, wildcard or union) finds one value that may hold a whole batch; what another path finds is
one value an instance, also when the batch is of one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def to_instances(found: Sequence[Any], names: Sequence[str], *, singular: bool) -> list[Row]:
    """Return one mapping an instance. ``names`` name the items of lists, else they are ``feature_0`` and so on."""
    if not singular:
        return [_instance(value, names, "feature") for value in found]
    value = found[0]
    if isinstance(value, Mapping):
        rows = from_lists(value)
        return [value] if rows is None else rows
    if _is_rows(value):
        return [_instance(row, names, "feature") for row in value]
    return [_instance(value, names, "feature")]


def misnamed(rows: Sequence[Row], names: Sequence[str]) -> int:
    """Return how many lists among ``rows`` did not have as many items as ``names``, and so have none of them."""
    return 0 if "feature_0" in names else sum("feature_0" in row for row in rows)


def to_outputs(found: Sequence[Any], instances: int | None, *, singular: bool) -> list[Row]:
    """Return the outputs of each instance. How a list or a dict of lists is meant, ``instances`` says, where known."""
    if not singular:
        return [_instance(value, (), "prediction") for value in found]
    value = found[0]
    if isinstance(value, Mapping):
        rows = from_lists(value)
        return [value] if rows is None or (instances == 1 and len(rows) != 1) else rows
    if _is_rows(value) or _is_batch(value, instances):
        return [_instance(row, (), "prediction") for row in value]
    return [_instance(value, (), "prediction")]


def to_column(found: Sequence[Any], instances: int | None, *, singular: bool) -> list[Any]:
    """Return the values of one named output, one an instance; a single one when it is no batch."""
    return list(found[0]) if singular and _is_batch(found[0], instances) else list(found)


def join(columns: Mapping[str, Sequence[Any]]) -> tuple[list[Row], int]:
    """Return the rows of named outputs, and how many values did not fit: a column that is too short has no place.

    A single value stands for all rows.
    """
    rows, misfits, fitting = max(map(len, columns.values()), default=0), 0, {}
    for name, column in columns.items():
        if len(column) not in {1, rows}:
            misfits += rows - len(column)
        fitting[name] = column if len(column) == rows else list(column) * rows if len(column) == 1 else [None] * rows
    return [dict(zip(fitting, row, strict=True)) for row in zip(*fitting.values(), strict=True)], misfits


def per_instance(found: Sequence[Any], instances: int, *, singular: bool) -> list[Any] | None:
    """Return one value an instance; None when there are more or fewer, and nobody knows whose they are.

    What a singular path found stands for all instances, unless it is a list of as many.
    """
    if not singular:
        return list(found) if len(found) == instances else None
    value = found[0]
    if not isinstance(value, list):
        return [value] * instances
    if len(value) == instances:
        return list(value)
    return [value] if instances == 1 else None


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, (Mapping, list)) for row in value)


def _is_batch(value: Any, instances: int | None) -> bool:
    """Return whether a list is one value an instance: of a single instance it is one output of several values."""
    return isinstance(value, list) and instances is not None and (instances != 1 or len(value) == 1)


def from_lists(value: Row) -> list[Row] | None:
    """Return the rows of a dict of lists of the same length, None when it is not one."""
    columns = list(value.values())
    if not columns or not all(isinstance(column, list) for column in columns):
        return None
    if len({len(column) for column in columns}) != 1:
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]


def _instance(value: Any, names: Sequence[str], stem: str) -> Row:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list):
        chosen = names if len(names) == len(value) else [f"{stem}_{i}" for i in range(len(value))]
        return dict(zip(chosen, value, strict=True))
    return {names[0] if len(names) == 1 else stem: value}
