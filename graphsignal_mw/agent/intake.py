"""Records to windows: exchanges are mapped, everything is gathered by window, and statistics see columns."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphsignal_mw.records import ExceptionEvent, Exchange, GroundTruth, Mapped, Prediction, Table
from graphsignal_mw.window import Gathered, Key, Windows, fold_table, pick

LABELS = 1024  # labels of a batch that are gathered at once


@dataclass(slots=True, frozen=True)
class Logged:
    """One record of the logger."""

    deployment: str
    metadata: Mapping[str, str]
    record: Prediction | GroundTruth | ExceptionEvent


@dataclass(slots=True, frozen=True)
class Counted:
    """Something that happened ``n`` times and has no other record."""

    deployment: str
    name: str
    n: int = 1


Item = Exchange | Logged | Counted


class Intake:
    """Puts items into ``windows``; ``totals`` count what went in, for the agent's own health."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows
        self.totals: Counter[str] = Counter()
        self._lock = threading.RLock()  # the same thread again: a __del__ inside count() may count

    def count(self, name: str, n: int = 1) -> None:
        """Count for the agent's own health; batches come from other threads than the background one."""
        with self._lock:
            self.totals[name] += n

    def take(self, items: Iterable[Item]) -> None:
        """Add a slice of items. One that cannot be added is counted, and costs no other."""
        gathered: dict[Key, Gathered] = {}
        for item in items:
            try:
                self._gather(item, gathered)
            except Exception as error:  # noqa: BLE001 - one odd record costs no more than itself
                self.count(f"dropped.internal_{type(error).__name__}", 1)
        for key, group in gathered.items():
            self.windows.add(key, group)

    def take_table(self, deployment: str, metadata: Mapping[str, str], table: Table, full: Any) -> None:
        """Add a batch, bucket by bucket; ``full`` is called whenever it is time to cut early."""
        self.count("predictions", table.rows)
        for timestamp, part in _by_bucket(table, self.windows.window_seconds):
            key = self.windows.key(deployment, metadata, timestamp)
            if key is None:
                self.count("dropped.deployment_limit", part.rows)
                continue

            def add(stats: Any, transform: Any, part: Table = part) -> None:
                stats.metadata.update(metadata)
                fold_table(stats, part, transform)

            self.windows.update(key, add)
            if self.windows.is_full:
                full()

    def take_labels(
        self, deployment: str, metadata: Mapping[str, str], labels: Sequence[GroundTruth], full: Any
    ) -> None:
        """Add a batch of labels in order of time; ``full`` is called whenever it is time to cut early."""
        ordered = sorted(labels, key=lambda label: label.timestamp or 0.0)
        for start in range(0, len(ordered), LABELS):
            self.take(Logged(deployment, metadata, label) for label in ordered[start : start + LABELS])
            if self.windows.is_full:
                full()

    def _gather(self, item: Item, gathered: dict[Key, Gathered]) -> None:
        if isinstance(item, Exchange):
            self._gather_exchange(item, gathered)
        elif isinstance(item, Counted):
            group = self._group(gathered, item.deployment, {}, time.time())
            if group is not None:
                group.counters[item.name] += item.n
            self.count(item.name, item.n)
        else:
            self._gather_logged(item, gathered)

    def _gather_logged(self, item: Logged, gathered: dict[Key, Gathered]) -> None:
        record = item.record
        timestamp = None if isinstance(record, ExceptionEvent) else record.timestamp
        group = self._group(gathered, item.deployment, item.metadata, timestamp or time.time())
        if group is None:
            return
        if isinstance(record, Prediction):
            group.predictions.append(record)
            self.count("predictions", 1)
        elif isinstance(record, GroundTruth):
            group.labels.append(record)
            self.count("ground_truths", 1)
        else:
            group.exceptions.append(record)
            self.count("exceptions", 1)

    def _gather_exchange(self, exchange: Exchange, gathered: dict[Key, Gathered]) -> None:
        mapper = exchange.endpoint
        mapped: Mapped = mapper.map(exchange)
        times = [p.timestamp for p in mapped.predictions if p.timestamp is not None]
        group = self._group(gathered, mapped.deployment, mapped.metadata, times[0] if times else exchange.started_at)
        if group is None:
            return
        group.counters.update(mapped.counters)
        if not mapper.is_ground_truth:
            self._gather_request(exchange, group)
        for prediction in mapped.predictions:
            moment = prediction.timestamp or exchange.started_at
            own = self._group(gathered, mapped.deployment, mapped.metadata, moment)
            if own is not None:
                own.predictions.append(prediction)
        for label in mapped.labels:
            own = self._group(gathered, mapped.deployment, mapped.metadata, label.timestamp or exchange.started_at)
            if own is not None:
                own.labels.append(label)
        self.count("predictions", len(mapped.predictions))
        self.count("ground_truths", len(mapped.labels))

    def _gather_request(self, exchange: Exchange, group: Gathered) -> None:
        outcome = _outcome(exchange)
        group.counters["requests"] += 1
        self.count("requests", 1)
        group.durations.append(exchange.duration)
        if outcome in {"rejected", "aborted"}:
            group.counters[outcome] += 1
            self.count(outcome, 1)
        elif outcome == "failed":
            group.exceptions.append(exchange.exception or ExceptionEvent(f"HTTP {exchange.status or 500}"))
            self.count("exceptions", 1)

    def _group(
        self, gathered: dict[Key, Gathered], deployment: str, metadata: Mapping[str, str], timestamp: float
    ) -> Gathered | None:
        key = self.windows.key(deployment, metadata, timestamp)
        if key is None:
            self.count("dropped.deployment_limit", 1)
            return None
        group = gathered.get(key)
        if group is None:
            group = gathered[key] = Gathered(metadata=dict(metadata))
        return group


def _outcome(exchange: Exchange) -> str:
    status = exchange.status
    if exchange.outcome == "aborted":
        return "aborted"
    if exchange.outcome == "failed" or status is None or status >= 500 or exchange.exception is not None:
        return "failed"
    return "rejected" if status >= 400 else "completed"


def _by_bucket(table: Table, window_seconds: int) -> Iterable[tuple[float, Table]]:
    """Yield the rows of each bucket, in order of time."""
    if table.timestamps is None:
        yield time.time(), table
        return
    seconds = np.asarray(table.timestamps, dtype=np.float64)
    buckets = np.floor(seconds / window_seconds).astype(np.int64) * window_seconds
    order = np.argsort(buckets, kind="stable")
    starts = np.flatnonzero(np.diff(buckets[order], prepend=np.nan))
    for index in np.split(order, starts[1:]):
        if len(index):
            yield float(buckets[index[0]]), _rows(table, index.tolist())


def _rows(table: Table, index: Sequence[int]) -> Table:
    return Table(
        rows=len(index),
        features=_picked(table.features, index),
        outputs=_picked(table.outputs, index),
        segments=None if table.segments is None else pick(table.segments, index),
    )


def _picked(data: Any, index: Sequence[int]) -> Any:
    if isinstance(data, Mapping):
        return {name: pick(values, index) for name, values in data.items()}
    return pick(data, index)
