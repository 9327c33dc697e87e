"""Batches of the logger: checked, and turned into tables and labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphsignal_mw.logger.arguments import check_length, check_output, is_missing
from graphsignal_mw.logger.outputs import FEATURE, PREDICTION
from graphsignal_mw.logger.per_row import as_list, row_ids, row_scores, row_segments, row_timestamps
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
        outputs = _with_scores(outputs, row_scores(scores, rows))
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
    scored = [None] * rows if scores is None else row_scores(scores, rows)
    return [
        GroundTruth(label, prediction, segment, time, score, name, kind)
        for label, prediction, segment, time, score, name in zip(
            actual, predicted, by_row, times, scored, ids or [None] * rows, strict=True
        )
    ]


def _outputs(argument: str, values: Any) -> list[Any]:
    """Return labels or predictions; None where one is missing, which the window then counts as an invalid label."""
    return [None if is_missing(value) else check_output(argument, value) for value in as_list(argument, values)]


def _with_scores(outputs: Columns | Rows, scores: list[float | None]) -> Columns | Rows:
    if isinstance(outputs, list):
        return [{**row, "score": score} for row, score in zip(outputs, scores, strict=True)]
    return {**outputs, "score": np.array(scores, dtype=np.float64)}


def rows_in(data: Any) -> int:
    """Return how many rows were refused with ``data``, at least 1."""
    column = next(iter(data.values()), ()) if isinstance(data, Mapping) else data
    return max(1, len(column)) if hasattr(column, "__len__") and not isinstance(column, str) else 1
