"""What a batch has one of for each row, besides columns: ids, segments, times, scores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.logger.arguments import (
    LATEST,
    check_length,
    check_score,
    check_segments,
    check_timestamp,
    is_missing,
    refuse,
)
from graphsignal_mw.logger.ids import check_id
from graphsignal_mw.logger.tables import to_table


def row_ids(prediction_ids: Any, rows: int) -> list[str | None] | None:
    """Return the id of each row, None where it has none."""
    if prediction_ids is None:
        return None
    given = as_list("prediction_ids", prediction_ids)
    check_length("prediction_ids", given, rows)
    return [check_id(each) for each in given]


def as_list(argument: str, values: Any) -> list[Any]:
    """Return one column of any format as a list."""
    column = _column(argument, values)
    if not isinstance(column, np.ndarray):
        return list(column)
    # Of nanoseconds numpy would make bare numbers.
    plain: list[Any] = (column.astype("M8[us]") if column.dtype.kind == "M" else column).tolist()
    return plain


def _column(argument: str, values: Any) -> Any:
    """Return one column of any format, as an array or a list."""
    columns, rows = to_table(argument, values, None, argument)
    if not rows:
        return []
    if isinstance(columns, list) or len(columns) != 1:
        raise ValueError(f"{argument}: more than one column; expected one value a row")
    return next(iter(columns.values()))


def row_scores(scores: Any, rows: int) -> list[float | None]:
    """Return the score of each row, None where it has none."""
    given = _column("scores", scores)
    check_length("scores", given, rows)
    if type(given) is np.ndarray and given.dtype.kind == "f" and ((given >= 0) & (given <= 1)).all():
        found: list[float | None] = given.astype(np.float64).tolist()
        return found
    return [check_score(score) for score in as_list("scores", given)]


def row_segments(segments: Any, rows: int) -> list[tuple[str, ...]] | None:
    """Return the segments of each row: given once for all, or as one list a row."""
    if segments is None:
        return None
    given = _plain_rows("segments", segments)
    if all(isinstance(s, str) for s in given):
        return [check_segments(given)] * rows
    check_length("segments", given, rows)
    return [check_segments(None if is_missing(row) else row) for row in given]


def _plain_rows(argument: str, values: Any) -> list[Any]:
    """Return one value a row, lists included: of a list, an array or a column of a dataframe."""
    for name in ("tolist", "to_list", "to_pylist"):  # numpy and pandas, polars, pyarrow
        if hasattr(values, name):
            return list(getattr(values, name)())
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise refuse(argument, values, "a list of str for all rows, or one such list a row")
    return list(values)


def row_timestamps(argument: str, timestamps: Any, rows: int) -> Sequence[float] | None:
    """Return the time of each row, Unix seconds."""
    if timestamps is None:
        return None
    given = _column(argument, timestamps)
    check_length(argument, given, rows)
    seconds = _all_seconds(given)
    if seconds is None:
        return [_seconds(argument, row, value) for row, value in enumerate(as_list(argument, given))]
    odd = np.flatnonzero(~((seconds >= 0) & (seconds < LATEST)))
    if len(odd):
        row = int(odd[0])
        _seconds(argument, row, as_list(argument, given[row : row + 1])[0])
    times: list[float] = seconds.tolist()
    return times


def _all_seconds(given: Any) -> NDArray[np.float64] | None:
    """Return times of one simple type, NaN or long ago for what is none; None where each has to be looked at."""
    if type(given) is np.ndarray and given.dtype.kind == "M":
        return given.astype("M8[us]").astype(np.int64) / 1e6
    if type(given) is np.ndarray and given.dtype.kind in "iuf":
        return given.astype(np.float64)
    if all(type(value) is float or type(value) is int for value in given):
        return np.array(given, dtype=np.float64)
    return None


def _seconds(argument: str, row: int, value: Any) -> float:
    seconds = check_timestamp(argument, value)
    if seconds is None:
        raise ValueError(f"{argument}: {value} in row {row}; expected Unix seconds or datetime")
    return seconds
