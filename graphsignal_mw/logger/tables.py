"""Batches to columns: lists, dicts, numpy, and every dataframe that narwhals knows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.logger.arguments import check_names
from graphsignal_mw.logger.frames import from_frame, is_known
from graphsignal_mw.logger.outputs import FEATURE, MAX_LISTED

Columns = dict[str, Any]  # sequences or arrays, shape (rows,)
Rows = list[Mapping[str, Any]]


def to_table(argument: str, data: Any, names: Sequence[str] | None, single: str) -> tuple[Columns | Rows, int]:
    """Return ``data`` as columns or as rows, and the number of rows.

    ``names`` name the columns of data that has none; ``single`` names a single column, or is the stem of many.

    Raises:
        TypeError: when ``data`` is nothing tabular.
        ValueError: when columns differ in length, or from ``names`` in number.

    """
    if isinstance(data, Mapping):
        columns = {str(name): _column(f"{argument}[{name!r}]", values) for name, values in data.items()}
        return _checked(argument, columns)
    chosen = check_names(names)
    if isinstance(data, np.ndarray):
        return _from_array(argument, data, chosen, single)
    if _is_sequence(data):
        return _from_list(argument, list(data), chosen, single)
    if _is_array_like(data):
        return _from_array(argument, np.asarray(data), chosen, single)
    only = chosen[0] if chosen is not None and len(chosen) == 1 else single
    return _checked(argument, from_frame(argument, data, only))


def _checked(argument: str, columns: Columns) -> tuple[Columns, int]:
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        described = ", ".join(f"{name}: {len(values)}" for name, values in list(columns.items())[:5])
        raise ValueError(f"{argument}: columns of different lengths ({described}); expected the same length")
    return columns, lengths.pop() if lengths else 0


def _is_sequence(data: Any) -> bool:
    return isinstance(data, Sequence) and not isinstance(data, (str, bytes, bytearray, memoryview))


def _is_array_like(data: Any) -> bool:
    """Whether it is an array of another library: a tensor, an index. Dataframes and their series are more than that."""
    return hasattr(data, "__array__") and not isinstance(data, np.generic) and not is_known(data)


def _column(argument: str, values: Any) -> Any:
    if isinstance(values, np.ndarray):
        return values if values.ndim == 1 and values.dtype.kind != "O" else list(values)
    if _is_sequence(values):
        return list(values)
    if _is_array_like(values):
        return _column(argument, np.asarray(values))
    return next(iter(from_frame(argument, values, argument).values()))


def _from_list(argument: str, data: list[Any], names: list[str] | None, single: str) -> tuple[Columns | Rows, int]:
    if all(isinstance(row, Mapping) for row in data):
        return [{str(k): v for k, v in row.items()} for row in data], len(data)
    if all(isinstance(row, (list, tuple, np.ndarray)) for row in data):
        return _from_rows(argument, [list(row) for row in data], names, single)
    return {_one(argument, names, single): data}, len(data)


def _from_rows(argument: str, rows: list[list[Any]], names: list[str] | None, single: str) -> tuple[Columns, int]:
    """Return the columns of rows; of outputs that differ in number, or are many, one column of lists."""
    width = len(rows[0])
    odd = next((i for i, row in enumerate(rows) if len(row) != width), None)
    if single != FEATURE and (odd is not None or width > MAX_LISTED):
        return {single: rows}, len(rows)
    if odd is not None:
        raise ValueError(f"{argument}: row {odd} has {len(rows[odd])} values; expected {width}, as in row 0")
    chosen = _names(argument, names, single, width)
    return dict(zip(chosen, map(list, zip(*rows, strict=True)), strict=True)), len(rows)


def _names(argument: str, names: list[str] | None, single: str, width: int) -> list[str]:
    chosen = names if names is not None else [f"{single}_{i}" for i in range(width)]
    if len(chosen) != width:
        raise ValueError(f"{argument}: {width} columns; expected {len(chosen)}, one a name of feature_names")
    return chosen


def _one(argument: str, names: list[str] | None, single: str) -> str:
    if names is None:
        return single
    if len(names) != 1:
        raise ValueError(f"{argument}: one column; expected {len(names)}, one a name of feature_names")
    return names[0]


def _from_array(argument: str, array: NDArray[Any], names: list[str] | None, single: str) -> tuple[Columns | Rows, int]:
    if array.ndim not in {1, 2} or (array.dtype.names and array.ndim != 1):
        raise ValueError(f"{argument}: an array of {array.ndim} dimensions; expected 1 or 2")
    if array.dtype.names:
        return {name: _column(argument, array[name]) for name in array.dtype.names}, len(array)
    if array.dtype.kind == "O" and len(array):
        return _from_list(argument, array.tolist(), names, single)
    if array.ndim == 1:
        return {_one(argument, names, single): array}, len(array)
    if single != FEATURE and array.shape[1] > MAX_LISTED:
        return {single: list(array)}, len(array)
    if not isinstance(array, np.ma.MaskedArray):
        array = np.asarray(array)  # a column of np.matrix would have two dimensions
    chosen = _names(argument, names, single, array.shape[1])
    return {name: array[:, i] for i, name in enumerate(chosen)}, len(array)
