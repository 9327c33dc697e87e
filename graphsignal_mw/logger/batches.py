"""Batches of the logger: checked, and turned into tables and labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from graphsignal_mw.logger.arguments import (
    check_length,
    check_output,
    check_score,
    check_segments,
    check_timestamp,
)
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
) -> Table:
    """Return the table of a batch; see :meth:`Session.log_prediction_batch`.

    Raises:
        TypeError: when an argument is of a wrong type.
        ValueError: when lengths differ or a value is out of range.

    """
    inputs: Columns | Rows = {}
    outputs: Columns | Rows = {}
    rows = 0
    if features is not None:
        inputs, rows = to_table("features", features, feature_names, FEATURE)
    if predictions is not None:
        outputs, found = to_table("predictions", predictions, None, PREDICTION)
        if features is not None and found != rows:
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
    )


def label_batch(
    labels: Any,
    predictions: Any,
    *,
    segments: Any = None,
    timestamps: Any = None,
    scores: Any = None,
    kind: str | None = None,
) -> list[GroundTruth]:
    """Return the labels of a batch; see :meth:`Session.log_ground_truth_batch`.

    Raises:
        TypeError: when an argument is of a wrong type.
        ValueError: when lengths differ or a value is out of range.

    """
    actual = [check_output("labels", v) for v in as_list("labels", labels)]
    predicted = [check_output("predictions", v) for v in as_list("predictions", predictions)]
    rows = len(actual)
    check_length("predictions", predicted, rows)
    by_row = row_segments(segments, rows) or [()] * rows
    times = row_timestamps("prediction_timestamps", timestamps, rows) or [None] * rows
    scored = [None] * rows if scores is None else [check_score(s) for s in as_list("scores", scores)]
    check_length("scores", scored, rows)
    return [
        GroundTruth(label, prediction, segment, time, score, kind=kind)
        for label, prediction, segment, time, score in zip(actual, predicted, by_row, times, scored, strict=True)
    ]


def as_list(argument: str, values: Any) -> list[Any]:
    """Return one column of any format as a list."""
    columns, _ = to_table(argument, values, None, argument)
    if isinstance(columns, list) or len(columns) != 1:
        raise ValueError(f"{argument}: more than one column; expected one value a row")
    column: Any = next(iter(columns.values()))
    return column.tolist() if isinstance(column, np.ndarray) else list(column)


def row_segments(segments: Any, rows: int) -> list[tuple[str, ...]] | None:
    """Return the segments of each row: given once for all, or as one list a row."""
    if segments is None:
        return None
    if isinstance(segments, (list, tuple)) and all(isinstance(s, str) for s in segments):
        return [check_segments(segments)] * rows
    by_row = [check_segments(s) for s in as_list("segments", list(segments))] if segments is not None else []
    check_length("segments", by_row, rows)
    return by_row


def row_timestamps(argument: str, timestamps: Any, rows: int) -> list[Any] | None:
    """Return the time of each row, Unix seconds."""
    if timestamps is None:
        return None
    if isinstance(timestamps, np.ndarray) and timestamps.dtype.kind == "M":
        timestamps = timestamps.astype("M8[us]").astype(np.int64) / 1e6
    times = [check_timestamp(argument, value) for value in as_list(argument, timestamps)]
    check_length(argument, times, rows)
    if None in times:
        raise ValueError(f"{argument}: None in row {times.index(None)}; expected Unix seconds or datetime")
    return times


def _with_scores(outputs: Columns | Rows, scores: list[float | None], rows: int) -> Columns | Rows:
    check_length("scores", scores, rows)
    if isinstance(outputs, list):
        return [{**row, "score": score} for row, score in zip(outputs, scores, strict=True)]
    return {**outputs, "score": scores}
