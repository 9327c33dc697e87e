"""Values that a path found to instances: one object, a list of objects or of lists, a dict of lists."""

from collections.abc import Mapping, Sequence
from typing import Any


def to_instances(found: Sequence[Any], names: Sequence[str], stem: str) -> list[Mapping[str, Any]]:
    """Return one mapping an instance. ``names`` name the items of lists, else they are ``stem_0`` and so on."""
    if len(found) != 1:
        return [_instance(value, names, stem) for value in found]
    value = found[0]
    if isinstance(value, Mapping):
        return _from_lists(value) or [value]
    if isinstance(value, list) and value and all(isinstance(row, (Mapping, list)) for row in value):
        return [_instance(row, names, stem) for row in value]
    return [_instance(value, names, stem)]


def to_outputs(found: Sequence[Any], instances: int) -> list[Mapping[str, Any]]:
    """Return the outputs of each instance: values of a list belong to one instance each, if there are as many."""
    values = found[0] if len(found) == 1 and isinstance(found[0], list) and instances == len(found[0]) else found
    if len(values) == 1 and isinstance(values[0], Mapping):
        return _from_lists(values[0]) or [values[0]]
    return [_instance(value, (), "prediction") for value in values]


def per_instance(found: Sequence[Any], instances: int) -> list[Any]:
    """Return one value an instance: a single one stands for all, a list of as many is spread."""
    if len(found) == 1 and isinstance(found[0], list) and len(found[0]) == instances:
        return list(found[0])
    if len(found) == 1:
        return [found[0]] * instances
    return [*found[:instances], *[None] * (instances - len(found))]


def _from_lists(value: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """Return the rows of a dict of lists of the same length, None when it is not one."""
    columns = list(value.values())
    if not columns or not all(isinstance(column, list) for column in columns):
        return None
    if len({len(column) for column in columns}) != 1:
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*columns, strict=True)]


def _instance(value: Any, names: Sequence[str], stem: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list):
        chosen = names if len(names) == len(value) else [f"{stem}_{i}" for i in range(len(value))]
        return dict(zip(chosen, value, strict=True))
    return {names[0] if len(names) == 1 else stem: value}
