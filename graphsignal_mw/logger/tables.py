"""Batches to columns: lists, dicts, numpy, and every dataframe that narwhals knows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.logger.arguments import refuse
from graphsignal_mw.logger.outputs import named_features, named_outputs

Columns = dict[str, Any]  # sequences or arrays, shape (rows,)
Rows = list[Mapping[str, Any]]
_EXPECTED = "list, dict of lists, numpy array, or a pandas, polars or pyarrow table"


def to_table(argument: str, data: Any, names: Sequence[str] | None, single: str) -> tuple[Columns | Rows, int]:
    """Return ``data`` as columns or as rows, and the number of rows.

    ``names`` name the columns of data that has none; ``single`` names a single column, or is the stem of many.

    Raises:
        TypeError: when ``data`` is nothing tabular.
        ValueError: when columns differ in length, or from ``names`` in number.

    """
    if isinstance(data, Mapping):
        return _checked(argument, {str(name): _sequence(argument, values) for name, values in data.items()})
    if isinstance(data, np.ndarray):
        return _checked(argument, _from_array(argument, data, names, single))
    if isinstance(data, (list, tuple)):
        return _from_list(argument, data, names, single)
    return _checked(argument, _from_frame(argument, data, single))


def _checked(argument: str, columns: Columns) -> tuple[Columns, int]:
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        described = ", ".join(f"{name}: {len(values)}" for name, values in list(columns.items())[:5])
        raise ValueError(f"{argument}: columns of different lengths ({described}); expected the same length")
    return columns, lengths.pop() if lengths else 0


def _sequence(argument: str, values: Any) -> Any:
    if isinstance(values, np.ndarray):
        return values if values.ndim == 1 else list(values)
    if isinstance(values, (list, tuple)):
        return list(values)
    columns = _from_frame(argument, values, argument)
    return next(iter(columns.values()))


def _from_list(argument: str, data: Sequence[Any], names: Sequence[str] | None, single: str) -> tuple[Any, int]:
    if all(isinstance(row, Mapping) for row in data):
        return [{str(k): v for k, v in row.items()} for row in data], len(data)
    if all(isinstance(row, (list, tuple, np.ndarray)) for row in data):
        try:
            return [_named(row, names, single) for row in data], len(data)
        except ValueError as error:
            raise ValueError(f"{argument}: {error}") from None
    return _checked(argument, {_one(argument, names, single): list(data)})


def _named(row: Any, names: Sequence[str] | None, single: str) -> Mapping[str, Any]:
    if names is None and single != "feature":
        return named_outputs(row)
    return named_features(list(row), names)


def _one(argument: str, names: Sequence[str] | None, single: str) -> str:
    if names is None:
        return single
    if len(names) != 1:
        raise ValueError(f"{argument}: one column; expected {len(names)}, one a name of feature_names")
    return names[0]


def _from_array(argument: str, array: NDArray[Any], names: Sequence[str] | None, single: str) -> Columns:
    if array.dtype.names:
        return {name: array[name] for name in array.dtype.names}
    if array.ndim == 1:
        return {_one(argument, names, single): array}
    if array.ndim != 2:
        raise ValueError(f"{argument}: an array of {array.ndim} dimensions; expected 1 or 2")
    chosen = list(names) if names is not None else [f"{single}_{i}" for i in range(array.shape[1])]
    if len(chosen) != array.shape[1]:
        raise ValueError(f"{argument}: {array.shape[1]} columns; expected {len(chosen)}, one a name of feature_names")
    return {name: array[:, i] for i, name in enumerate(chosen)}


def _from_frame(argument: str, data: Any, single: str) -> Columns:
    import narwhals as nw

    try:
        frame: Any = nw.from_native(_known(data), eager_only=True, allow_series=True)
    except TypeError:
        raise refuse(argument, data, _EXPECTED) from None
    if isinstance(frame, nw.Series):
        return {single: _values(frame)}
    return {str(name): _values(frame[name]) for name in frame.columns}


def _known(data: Any) -> Any:
    """Turn what only speaks the Arrow stream interface into a pyarrow table."""
    is_batch = type(data).__name__ == "RecordBatch" and type(data).__module__.startswith("pyarrow")
    import narwhals.dependencies as known

    foreign = not (known.is_into_dataframe(data) or known.is_into_series(data))
    if is_batch or (foreign and hasattr(data, "__arrow_c_stream__")):
        import pyarrow

        return pyarrow.table(data)
    return data


def _values(series: Any) -> Any:
    if series.dtype.is_integer() and series.null_count():
        return list(series.to_list())
    array: NDArray[Any] = series.to_numpy()
    return array if array.dtype.kind in "iufbM" else list(series.to_list())
