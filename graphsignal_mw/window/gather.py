"""What came in for one window since the last look, gathered in lists so that statistics see columns."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graphsignal_mw.records import ExceptionEvent, GroundTruth, Prediction, Table
from graphsignal_mw.stats import Performance, WindowStats
from graphsignal_mw.stats.performance import KINDS
from graphsignal_mw.window.packed import Layout, Packed
from graphsignal_mw.window.rows import as_columns, transpose

BLOCK = 1024  # records that are folded together
PIECE = 256  # of those among them that are not packed
MAX_SIZE = 1024 * 1024  # bytes of bodies behind the records

Columns = Mapping[str, Sequence[Any]]
Transform = Callable[[Columns], Columns]


@dataclass(slots=True)
class Gathered:
    """Records of one window that are not yet in its statistics; ``size`` is the bytes that they came with.

    ``borrowed``: they hold objects of the user, who may change them.
    """

    counters: Counter[str] = field(default_factory=Counter)
    durations: list[float] = field(default_factory=list)
    packed: dict[tuple[Layout, Layout], Packed] = field(default_factory=dict)
    predictions: list[Prediction] = field(default_factory=list)
    labels: list[GroundTruth] = field(default_factory=list)
    exceptions: list[ExceptionEvent] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    size: int = 0
    borrowed: bool = False

    @property
    def is_due(self) -> bool:
        """Whether it is time to fold: more together would not cost less."""
        return self.borrowed or self.records >= BLOCK or self.size >= MAX_SIZE or len(self.durations) >= 4 * BLOCK

    @property
    def records(self) -> int:
        """How many records there are, besides what is only counted."""
        packed = sum(map(len, self.packed.values()))
        return packed + len(self.predictions) + len(self.labels) + len(self.exceptions)

    def extend(self, more: "Gathered") -> None:
        """Add what ``more`` holds, which was gathered later."""
        self.counters.update(more.counters)
        self.durations += more.durations
        for layouts, rows in more.packed.items():
            mine = self.packed.setdefault(layouts, rows)
            if mine is not rows:
                mine.extend(rows)
        self.predictions += more.predictions
        self.labels += more.labels
        self.exceptions += more.exceptions
        self.metadata.update(more.metadata)
        self.size += more.size
        self.borrowed |= more.borrowed

    def fold(self, stats: WindowStats, transform: Transform, pause: Callable[[], None] = lambda: None) -> Counter[str]:
        """Add everything to ``stats``; return what could not be added, counted by reason.

        ``transform`` changes columns first (hashing), ``pause`` is called between long steps.
        """
        stats.metadata.update(self.metadata)
        stats.counters.update(self.counters)
        if self.durations:
            stats.latency.update(self.durations)
        for rows in self.packed.values():
            rows.fold(stats, transform, pause)
        lost: Counter[str] = Counter()
        for start in range(0, len(self.predictions), PIECE):
            lost += fold_each(stats, self.predictions[start : start + PIECE], transform)
            pause()
        fold_labels(stats, self.labels)
        for event in self.exceptions:
            stats.exceptions.add(event)
        stats.counters["exceptions"] += len(self.exceptions)
        stats.counters.update(lost)
        return lost


def fold_each(stats: WindowStats, predictions: Sequence[Prediction], transform: Transform) -> Counter[str]:
    """Add predictions; one that breaks costs no other. Return those that could not be added, counted by reason."""
    try:
        fold_predictions(stats, predictions, transform)
    except Exception as error:  # noqa: BLE001 - the values of users may do anything
        if len(predictions) == 1:
            return Counter({f"dropped.internal_{type(error).__name__}": 1})
        half = len(predictions) // 2
        return fold_each(stats, predictions[:half], transform) + fold_each(stats, predictions[half:], transform)
    return Counter()


def fold_predictions(stats: WindowStats, predictions: Sequence[Prediction], transform: Transform) -> None:
    """Add predictions, row by row of the caller, as columns."""
    if not predictions:
        return
    outputs = [_outputs(p) for p in predictions]
    # Whatever a user's values may break breaks here, before anything is counted.
    feature_columns, output_columns = (
        transform(transpose([p.features for p in predictions])),
        transform(transpose(outputs)),
    )
    stats.counters["predictions"] += len(predictions)
    stats.features.update(feature_columns, len(predictions))
    stats.predictions.update(output_columns, len(predictions))
    by_segment: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for prediction, output in zip(predictions, outputs, strict=True):
        for name in _distinct(prediction.segments):
            by_segment[name].append(output)
    for name, rows in by_segment.items():
        segment = stats.segment(name)
        segment.counters["predictions"] += len(rows)
        segment.predictions.update(transform(transpose(rows)), len(rows))


def fold_labels(stats: WindowStats, labels: Sequence[GroundTruth]) -> None:
    """Add labels to the performance overall and of their segments; what no kind fits is counted."""
    by_segment: defaultdict[tuple[str, str | None], list[GroundTruth]] = defaultdict(list)
    for label in labels:
        for segment in ("", *_distinct(label.segments)):
            by_segment[segment, label.kind or type(label.label).__name__].append(label)
    for (segment, _), group in by_segment.items():
        used = _update(stats.performance_of(segment), group)
        if segment:
            stats.segment(segment).counters["ground_truths"] += used
        else:
            stats.counters["ground_truths"] += used
            if used < len(group):
                stats.counters["dropped.invalid_label"] += len(group) - used


def _update(performance: Performance, group: Sequence[GroundTruth]) -> int:
    kind = next((k for k in KINDS if k == group[0].kind), None)
    before = performance.n
    scores = [label.score for label in group]
    try:
        performance.update(
            [label.label for label in group],
            [label.prediction for label in group],
            scores if any(s is not None for s in scores) else None,
            kind,
        )
    except Exception:  # noqa: BLE001 - the values of users may do anything
        if len(group) == 1:
            return 0
        return sum(_update(performance, [label]) for label in group)
    return performance.n - before


def _outputs(prediction: Prediction) -> Mapping[str, Any]:
    if prediction.score is None or "score" in prediction.outputs:
        return prediction.outputs
    return {**prediction.outputs, "score": prediction.score}


def fold_table(stats: WindowStats, table: Table, transform: Transform) -> None:
    """Add a batch whose rows all belong to this window."""
    outputs = as_columns(table.outputs)
    feature_columns, output_columns = transform(as_columns(table.features)), transform(outputs)
    stats.counters["predictions"] += table.rows
    stats.features.update(feature_columns, table.rows)
    stats.predictions.update(output_columns, table.rows)
    for name, index in _rows_by_segment(table.segments or ()).items():
        segment = stats.segment(name)
        segment.counters["predictions"] += len(index)
        segment.predictions.update(transform({k: pick(v, index) for k, v in outputs.items()}), len(index))


def pick(values: Any, index: Sequence[int]) -> Sequence[Any]:
    """Return the values at ``index``, as an array where they are one."""
    return values[np.asarray(index)] if isinstance(values, np.ndarray) else [values[i] for i in index]


def _rows_by_segment(segments: Sequence[tuple[str, ...]]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, names in enumerate(segments):
        for name in _distinct(names):
            found[name].append(row)
    return found


def _distinct(segments: Sequence[str]) -> Sequence[str]:
    """Return each name once, without the empty one, which stands for all rows."""
    return [name for name in dict.fromkeys(segments) if name] if segments else ()
