"""Batches of the logger: checked, and turned into tables and labels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graphsignal_mw.logger.arguments import (
    LATEST,
    check_length,
    check_output,
    check_score,
    check_segments,
    check_timestamp,
    is_missing,
    refuse,
)
from graphsignal_mw.logger.ids import check_id
from graphsignal_mw.logger.outputs import FEATURE, PREDICTION
from graphsignal_mw.logger.tables import Columns, Rows, to_table
from graphsignal_mw.records import GroundTruth, Table


def prediction_batch(
    features: Any,
    predictions: Any,
    *,
    feature_names: Sequence[str] | None = None,
    scores: Any = None,
    segments: Any = None,
    timestamps: Any = None,
    prediction_ids: Any = None,
) -> Table:
    """Return the table of a batch; see :meth:`Session.log_prediction_batch`.

    Raises:
        TypeError: when an argument is of a wrong type.
        ValueError: when lengths differ or a value is out of range.

    """
    inputs: Columns | Rows = {}
    outputs: Columns | Rows = {}
    rows = 0
    if features is None and predictions is None:
        raise TypeError("features: None, and no predictions; expected at least one of them")
    if features is not None:
        inputs, rows = to_table("features", features, feature_names, FEATURE)
    if predictions is not None:
        outputs, found = to_table("predictions", predictions, None, PREDICTION)
        if found != rows and (rows or isinstance(inputs, list)):
            raise ValueError(f"predictions: {found} rows; expected {rows}, as many as features")
        rows = found
    if scores is not None:
        outputs = _with_scores(outputs, [check_score(s) for s in as_list("scores", scores)], rows)
    return Table(
        rows=rows,
        features=inputs,
        outputs=outputs,
        segments=row_segments(segments, rows),
        timestamps=row_timestamps("timestamps", timestamps, rows),
        prediction_ids=row_ids(prediction_ids, rows),
    )


def label_batch(
    labels: Any,
    predictions: Any,
    *,
    segments: Any = None,
    timestamps: Any = None,
    scores: Any = None,
    prediction_ids: Any = None,
    kind: str | None = None,
    joins: bool = False,
) -> list[GroundTruth]:
    """Return the labels of a batch; see :meth:`Session.log_ground_truth_batch`.

    Raises:
        TypeError: when an argument is of a wrong type.
        ValueError: when lengths differ or a value is out of range.

    """
    actual = _outputs("labels", labels)
    rows = len(actual)
    ids = row_ids(prediction_ids, rows) if joins else None
    if predictions is None and ids is None:
        refused = "only prediction_ids" if prediction_ids is not None else "no prediction_ids"
        raise ValueError(f"predictions: None, and {refused}; expected predictions, or ids and join_hours")
    predicted = [None] * rows if predictions is None else _outputs("predictions", predictions)
    check_length("predictions", predicted, rows)
    by_row = row_segments(segments, rows) or [()] * rows
    times: Sequence[float | None] = row_timestamps("prediction_timestamps", timestamps, rows) or [None] * rows
    scored = [None] * rows if scores is None else [check_score(s) for s in as_list("scores", scores)]
    check_length("scores", scored, rows)
    return [
        GroundTruth(label, prediction, segment, time, score, name, kind)
        for label, prediction, segment, time, score, name in zip(
            actual, predicted, by_row, times, scored, ids or [None] * rows, strict=True
        )
    ]


def row_ids(prediction_ids: Any, rows: int) -> list[str | None] | None:
    """Return the id of each row, None where it has none."""
    if prediction_ids is None:
        return None
    given = as_list("prediction_ids", prediction_ids)
    check_length("prediction_ids", given, rows)
    return [check_id(each) for each in given]


def as_list(argument: str, values: Any) -> list[Any]:
    """Return one column of any format as a list."""
    columns, rows = to_table(argument, values, None, argument)
    if not rows:
        return []
    if isinstance(columns, list) or len(columns) != 1:
        raise ValueError(f"{argument}: more than one column; expected one value a row")
    column: Any = next(iter(columns.values()))
    if not isinstance(column, np.ndarray):
        return list(column)
    # Of nanoseconds numpy would make bare numbers.
    plain: list[Any] = (column.astype("M8[us]") if column.dtype.kind == "M" else column).tolist()
    return plain


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
    given = as_list(argument, timestamps)
    check_length(argument, given, rows)
    if not all(type(value) is float or type(value) is int for value in given):
        return [_seconds(argument, row, value) for row, value in enumerate(given)]
    seconds = np.array(given, dtype=np.float64)
    odd = np.flatnonzero(~((seconds >= 0) & (seconds < LATEST)))
    if len(odd):
        _seconds(argument, int(odd[0]), given[odd[0]])
    times: list[float] = seconds.tolist()
    return times


def _seconds(argument: str, row: int, value: Any) -> float:
    seconds = check_timestamp(argument, value)
    if seconds is None:
        raise ValueError(f"{argument}: {value} in row {row}; expected Unix seconds or datetime")
    return seconds


def _outputs(argument: str, values: Any) -> list[Any]:
    """Return labels or predictions; None where one is missing, which the window then counts as an invalid label."""
    return [None if is_missing(value) else check_output(argument, value) for value in as_list(argument, values)]


def _with_scores(outputs: Columns | Rows, scores: list[float | None], rows: int) -> Columns | Rows:
    check_length("scores", scores, rows)
    if isinstance(outputs, list):
        return [{**row, "score": score} for row, score in zip(outputs, scores, strict=True)]
    return {**outputs, "score": scores}


def rows_in(data: Any) -> int:
    """Return how many rows were refused with ``data``, at least 1."""
    column = next(iter(data.values()), ()) if isinstance(data, Mapping) else data
    return max(1, len(column)) if hasattr(column, "__len__") and not isinstance(column, str) else 1
