"""What users log with: one session a deployment."""

import functools
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, Self

from graphsignal_mw.logger.arguments import (
    check_deployment,
    check_metadata,
    check_output,
    check_score,
    check_segments,
    check_timestamp,
)
from graphsignal_mw.logger.batches import label_batch, prediction_batch, rows_in
from graphsignal_mw.logger.events import ExcInfo, exception_event
from graphsignal_mw.logger.ids import check_id, check_pair
from graphsignal_mw.logger.outputs import named_features, named_outputs
from graphsignal_mw.logger.recorder import Recorder
from graphsignal_mw.records import GroundTruth, Prediction

log = logging.getLogger("graphsignal_mw")

KINDS = ("binary", "categorical", "numeric")


P = ParamSpec("P")


_TABLES = ("features", "predictions", "labels")


def _guarded(method: Callable[Concatenate["Session", P], None]) -> Callable[Concatenate["Session", P], None]:
    """Let wrong arguments raise in strict mode; otherwise count them, log once a kind, and never break the caller."""

    def guarded(self: "Session", /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception as error:
            if self._recorder.strict and isinstance(error, (TypeError, ValueError)):
                raise
            is_batch = method.__name__.endswith("_batch")
            self._refused(method.__name__, error, _rows(*args[:2], *map(kwargs.get, _TABLES)) if is_batch else 1)

    functools.update_wrapper(guarded, method)
    return guarded


class Session:
    """Logs for one deployment; thread-safe, and a context manager that flushes at its end.

    Get it with ``graphsignal.session(deployment_name=...)``, which gives the same object for the same name. With
    ``strict`` (the default in ``debug_mode``) wrong arguments raise ``TypeError`` or ``ValueError``; otherwise they
    are counted and logged once a kind.
    """

    def __init__(self, deployment_name: str, recorder: Recorder, kind: str | None = None) -> None:
        self.deployment_name = check_deployment(deployment_name)
        self.kind: str | None = None
        self.tell_kind(kind)
        self._recorder = recorder
        self._metadata: dict[str, str] = {}
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.deployment_name!r})"

    def tell_kind(self, kind: str | None) -> None:
        """Set the kind of output where it was not told before.

        Raises:
            ValueError: when it is another than before, or none.

        """
        if kind is not None and kind not in KINDS:
            raise ValueError(f"kind: {kind!r}; expected one of {', '.join(KINDS)}")
        if kind is not None and self.kind not in {None, kind}:
            raise ValueError(f"kind: {kind!r}; expected {self.kind!r}, as session {self.deployment_name!r} has already")
        self.kind = kind or self.kind

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._recorder.flush()

    @_guarded
    def log_metadata(self, key: str, value: Any) -> None:
        """Set metadata such as ``model_version``: at most 10 keys, of 250 characters, values of 2500."""
        with self._lock:
            name, text = check_metadata(self._metadata, key, value)
            self._metadata = {**self._metadata, name: text}  # a new one: records on their way keep what they have

    @_guarded
    def log_prediction(
        self,
        features: Any = None,
        prediction: Any = None,
        segments: Sequence[str] | None = None,
        actual_timestamp: Any = None,
        score: float | None = None,
        prediction_id: str | None = None,
    ) -> None:
        """Log one prediction.

        ``features`` are a dict, list or 1-d array; ``prediction`` is bool, int, float, str, list, tuple, dict or a
        numpy value; ``segments`` strings such as ``country=FR``; ``actual_timestamp`` Unix seconds or a datetime,
        now if not given; ``score`` the probability of the positive class; ``prediction_id`` (a string, integer or
        UUID) what a later label may bear alone, with ``join_hours``.
        """
        record = Prediction(
            features=named_features(features),
            outputs=named_outputs(prediction),
            segments=check_segments(segments),
            timestamp=check_timestamp("actual_timestamp", actual_timestamp),
            score=check_score(score),
            prediction_id=check_id(prediction_id),
        )
        self._recorder.record(self.deployment_name, self._metadata, record)

    @_guarded
    def log_prediction_batch(
        self,
        features: Any = None,
        predictions: Any = None,
        feature_names: Sequence[str] | None = None,
        segments: Any = None,
        timestamps: Any = None,
        scores: Any = None,
        prediction_ids: Any = None,
    ) -> None:
        """Log a batch of predictions.

        ``features`` and ``predictions``, of n rows each, are a list of lists or dicts, a dict of lists, a numpy 1-d,
        2-d or structured array, or a dataframe (pandas, polars, pyarrow, or anything that narwhals or the Arrow
        stream interface reads). ``segments`` are given once for all rows, or as one list a row; ``timestamps``
        (Unix seconds or datetimes), ``scores`` and ``prediction_ids`` have shape (n,).
        """
        table = prediction_batch(
            features,
            predictions,
            feature_names=feature_names,
            scores=scores,
            segments=segments,
            timestamps=timestamps,
            prediction_ids=prediction_ids,
        )
        self._recorder.record_table(self.deployment_name, self._metadata, table)

    @_guarded
    def log_exception(
        self, message: str | None = None, extra_info: Mapping[str, Any] | None = None, exc_info: ExcInfo = None
    ) -> None:
        """Log an exception: by its message, or ``exc_info`` as True (the one being handled), itself or a triple."""
        event = exception_event(message, extra_info, exc_info)
        self._recorder.record(self.deployment_name, self._metadata, event)

    @_guarded
    def log_ground_truth(
        self,
        label: Any,
        prediction: Any = None,
        segments: Sequence[str] | None = None,
        prediction_timestamp: Any = None,
        score: float | None = None,
        prediction_id: str | None = None,
    ) -> None:
        """Log a label with its prediction, at the prediction's own time (now if not given).

        The kind of output is inferred from the label: bool is binary, str categorical, a number numeric; or it is
        the session's ``kind``. ``score`` is the probability of the positive class. With ``join_hours`` a label may
        come with nothing but the ``prediction_id`` that its prediction was logged with, on this host.
        """
        name = check_id(prediction_id)
        predicted = check_pair(prediction, name, joins=self._recorder.joins)
        record = GroundTruth(
            label=check_output("label", label),
            prediction=predicted,
            segments=check_segments(segments),
            timestamp=check_timestamp("prediction_timestamp", prediction_timestamp),
            score=check_score(score),
            prediction_id=name,
            kind=self.kind,
        )
        self._recorder.record(self.deployment_name, self._metadata, record)

    @_guarded
    def log_ground_truth_batch(
        self,
        labels: Any,
        predictions: Any = None,
        segments: Any = None,
        prediction_timestamps: Any = None,
        scores: Any = None,
        prediction_ids: Any = None,
    ) -> None:
        """Log a batch of labels with their predictions or their ids, shape (n,) each; see :meth:`log_ground_truth`."""
        found = label_batch(
            labels,
            predictions,
            segments=segments,
            timestamps=prediction_timestamps,
            scores=scores,
            prediction_ids=prediction_ids,
            kind=self.kind,
            joins=self._recorder.joins,
        )
        self._recorder.record_labels(self.deployment_name, self._metadata, found)

    def _refused(self, method: str, error: Exception, rows: int) -> None:
        argument = str(error).partition(":")[0]
        self._recorder.count(self.deployment_name, f"dropped.invalid_{method.removeprefix('log_')}", rows)
        kind = f"{method} {type(error).__name__} {argument}"
        if kind not in self._said:
            self._said.add(kind)
            log.error("graphsignal_mw: %s() of %r did not log: %s", method, self.deployment_name, error)


def _rows(*tables: Any) -> int:
    return max(rows_in(each) for each in tables)
