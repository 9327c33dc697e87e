"""Tensors as data and shape: flat in row-major order, or nested; their first dimension is the batch."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.presets.rows import MAX_NAME, WIDE

_DEEPEST = 8  # dimensions; each costs one pass over the data


class Tensor(NamedTuple):
    """``values`` in row-major order, ``width`` of them for each of ``rows`` instances."""

    values: list[Any]
    rows: int
    width: int

    def instances(self, name: str, names: Sequence[str] = ()) -> list[Row]:
        """Return one row an instance; its items are called ``names`` where there are as many, else by position.

        Of a tensor of more items than a window has columns a row has one list.
        """
        values, width = self.values, self.width
        chosen = names if names and len(names) == width else positions(name, width)
        if width == 1:
            return [{chosen[0]: value} for value in values]
        starts = range(0, len(values), width)
        if len(chosen) != width:
            return [{chosen[0]: values[start : start + width]} for start in starts]
        return [dict(zip(chosen, values[start : start + width], strict=True)) for start in starts]


@lru_cache(maxsize=32)
def positions(name: str, width: int) -> tuple[str, ...]:
    """Return the names of ``width`` items: ``name`` and a position; ``name`` alone of one, and of too many."""
    name = name[:MAX_NAME]
    return (name,) if width == 1 or width > WIDE else tuple(f"{name}_{i}" for i in range(width))


def to_tensor(data: Any, shape: Any, datatype: Any = None) -> Tensor | None:
    """Return the tensor of ``data``, flat or nested, and None where it does not fill ``shape``."""
    if not isinstance(data, list) or not isinstance(shape, list) or len(shape) > _DEEPEST:
        return None
    size = 1
    for length in shape:
        if type(length) is not int or length < 0:
            return None
        size *= length
    values = data
    for _ in shape[1:]:
        if not values or not isinstance(values[0], list):
            break
        values = [item for inner in values for item in (inner if isinstance(inner, list) else (inner,))]
    if len(values) != size:
        return None
    rows = shape[0] if shape else 1
    return Tensor(typed(values, datatype), rows, size // rows if rows else 1)


def typed(values: list[Any], datatype: Any) -> list[Any]:
    """Return ``values`` as ``datatype`` (of the Open Inference Protocol) says: JSON writes 1 for 1.0 and for true.

    What a datatype has no number for (BYTES) stays as it is.
    """
    convert = _CONVERT.get(datatype) if isinstance(datatype, str) else None
    if convert is None:
        return values
    try:
        return convert(values)
    except OverflowError:  # an integer beyond every float
        return values


def _floats(values: list[Any]) -> list[Any]:
    return [float(value) if type(value) is int else value for value in values]


def _whole(values: list[Any]) -> list[Any]:
    return [int(value) if type(value) is float and value.is_integer() else value for value in values]


def _booleans(values: list[Any]) -> list[Any]:
    return [value != 0 if type(value) is int else value for value in values]


_CONVERT: dict[str, Callable[[list[Any]], list[Any]]] = {
    "BOOL": _booleans,
    **{f"{kind}{bits}": _whole for kind in ("INT", "UINT") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": _floats for bits in (16, 32, 64)},
    "BF16": _floats,
}
