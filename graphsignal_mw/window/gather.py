"""What came in for one window since the last look, gathered in lists so that statistics see columns."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphsignal_mw.records import ExceptionEvent, GroundTruth, Prediction
from graphsignal_mw.stats import Performance, WindowStats
from graphsignal_mw.stats.performance import KINDS
from graphsignal_mw.window.packed import Layout, Packed
from graphsignal_mw.window.pause import Pause
from graphsignal_mw.window.rows import transpose
from graphsignal_mw.window.segments import distinct_names, rows_by_segment

BLOCK = 4096  # records that are folded together
PIECE = 256  # of those among them that are not packed
LATENCIES = 512  # that are worked on together
MANY = 256  # odd rows that are looked for one by one: finding each costs as much as adding hundreds
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
        return self.borrowed or self.records >= BLOCK or self.size >= MAX_SIZE or len(self.durations) >= BLOCK

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

    def fold(self, stats: WindowStats, transform: Transform, pause: Pause) -> Counter[str]:
        """Add everything to ``stats``; return what could not be added, counted by reason.

        ``transform`` changes columns first (hashing), ``pause`` is called between long steps.
        """
        stats.metadata.update(self.metadata)
        stats.counters.update(self.counters)
        for start in range(0, len(self.durations), LATENCIES):
            pause()
            stats.latency.update(self.durations[start : start + LATENCIES])
        for rows in self.packed.values():
            rows.fold(stats, transform, pause)

        def add(start: int, end: int) -> None:
            fold_predictions(stats, self.predictions[start:end], transform)

        lost: Counter[str] = Counter()
        for start in range(0, len(self.predictions), PIECE):
            lost += fold_each(add, start, min(start + PIECE, len(self.predictions)))
            pause()
        fold_labels(stats, self.labels)
        for event in self.exceptions:
            stats.exceptions.add(event)
        stats.counters["exceptions"] += len(self.exceptions)
        stats.counters.update(lost)
        return lost


def fold_each(fold: Callable[[int, int], None], start: int, end: int) -> Counter[str]:
    """Let ``fold`` add the rows from ``start`` to ``end``; an odd one costs no other, unless there are :data:`MANY`.

    Return those that could not be added, counted by reason.
    """
    lost: Counter[str] = Counter()
    waiting = [(start, end)]
    while waiting:
        first, last = waiting.pop()
        try:
            fold(first, last)
        except Exception as error:  # noqa: BLE001 - the values of users may do anything
            if last - first == 1 or lost.total() >= MANY:
                lost[f"dropped.internal_{type(error).__name__}"] += last - first
            else:
                middle = (first + last) // 2
                waiting += (middle, last), (first, middle)
    return lost


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
    for segment, rows in rows_by_segment(stats, [p.segments for p in predictions]):
        segment.counters["predictions"] += len(rows)
        segment.predictions.update(transform(transpose([outputs[row] for row in rows])), len(rows))


def fold_labels(stats: WindowStats, labels: Sequence[GroundTruth]) -> None:
    """Add labels to the performance overall and of their segments; what no kind fits is counted."""
    by_segment: defaultdict[tuple[str, str | None], list[GroundTruth]] = defaultdict(list)
    for label in labels:
        for segment in ("", *distinct_names(label.segments)):
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
