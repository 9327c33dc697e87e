"""Records to windows: exchanges are mapped, everything is gathered by window, and statistics see columns."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from graphsignal_mw.agent.buckets import by_bucket
from graphsignal_mw.agent.items import Counted, Item, Logged, deployment_of
from graphsignal_mw.agent.joins import Joins
from graphsignal_mw.agent.lane import Lane, group_of
from graphsignal_mw.agent.unproven import Request, Unproven
from graphsignal_mw.mapping import Mapper
from graphsignal_mw.middleware import Capture
from graphsignal_mw.records import ExceptionEvent, Exchange, GroundTruth, Mapped, Prediction, Table
from graphsignal_mw.window import Gathered, Key, Windows, fold_table

LABELS = 1024  # labels of a batch that are gathered at once


class Intake:
    """Puts items into ``windows``; ``totals`` count what went in, for the agent's own health."""

    def __init__(self, windows: Windows, joins: Joins | None = None) -> None:
        self.windows, self.joins = windows, Joins() if joins is None else joins
        self.totals: Counter[str] = Counter()
        self.windows.lost = self.count
        self._lanes = _Lanes(self)
        self.unproven = Unproven()
        self._is_calm = True  # nothing is unproven
        self._lock = threading.RLock()  # the same thread again: a __del__ inside count() may count

    def count(self, name: str, n: int = 1) -> None:
        """Count for the agent's own health; batches come from other threads than the background one."""
        with self._lock:
            self.totals[name] += n

    @property
    def waits(self) -> bool:
        """Whether something was taken that is in no window yet."""
        return any(lane.waits for lane in self._lanes.values())

    def take(self, items: Iterable[Item] = (), *, wait: bool = False) -> None:
        """Add a slice of items. One that cannot be added is counted, and costs no other.

        With ``wait`` some of them may be left for a later call, of which there must be one, soon.
        """
        gathered: dict[Key, Gathered] = {}
        self.windows.pause.begin()
        for item in items:
            self._gather(item, gathered, short=self._is_calm)
        for number, lane in enumerate(self._lanes.values()):
            if number:
                self.windows.pause()
            for item in lane.drain(gathered, wait=wait):
                self._gather(item, gathered)
        for key, group in gathered.items():
            self.windows.pause()
            self.windows.add(key, group)

    def take_table(self, deployment: str, metadata: Mapping[str, str], table: Table, full: Any) -> None:
        """Add a batch, bucket by bucket; ``full`` is called whenever it is time to cut early."""
        self.count("predictions", table.rows)
        self.joins.remember_table(deployment, metadata, table, time.time())
        for timestamp, part in by_bucket(table, self.windows.window_seconds):
            key = self.windows.key(deployment, metadata, timestamp, explicit=table.timestamps is not None)
            if key is None:
                self.count("dropped.deployment_limit", part.rows)
                continue

            def add(stats: Any, transform: Any, part: Table = part) -> None:
                stats.metadata.update(metadata)
                for reason, n in fold_table(stats, part, transform).items():
                    self.count(reason, n)

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

    def _lose(self, item: Item, error: Exception, gathered: dict[Key, Gathered]) -> None:
        reason = f"dropped.internal_{type(error).__name__}"
        deployment, proven = "", False
        with suppress(Exception):  # whatever was wrong with it may be wrong with its name
            deployment, proven = deployment_of(item)
        self._gather_count(Counted(deployment, reason, 1, proven), gathered)

    def _gather(self, item: Item, gathered: dict[Key, Gathered], *, short: bool = False) -> None:
        """Add an item, or with ``short`` have it wait in a lane. One that cannot be added costs no other."""
        try:
            if isinstance(item, Capture):
                if short and self._lanes[item.match[0]].take(item):
                    return
                item = item.finish()  # the capture has given everything away
            if isinstance(item, Exchange):
                if short and self._lanes[item.endpoint].take(item):
                    return
                self.windows.pause()
                self._gather_exchange(item, gathered)
            elif isinstance(item, Counted):
                self._gather_count(item, gathered)
            else:
                self._gather_logged(item, gathered)
        except Exception as error:  # noqa: BLE001 - one odd record costs no more than itself
            self._lose(item, error, gathered)

    def _gather_count(self, item: Counted, gathered: dict[Key, Gathered]) -> None:
        self.count(item.name, item.n)
        if item.proven or self.windows.knows(item.deployment):
            self._put_count(item, gathered)
        elif item.deployment:
            self._hold(item.deployment, item)

    def _put_count(self, item: Counted, gathered: dict[Key, Gathered]) -> None:
        group = self._group(gathered, item.deployment, {}, None, time.time())
        if group is not None:
            group.counters[item.name] += item.n

    def _gather_logged(self, item: Logged, gathered: dict[Key, Gathered]) -> None:
        record = item.record
        if isinstance(record, GroundTruth) and not self.joins.complete(item.deployment, (record,)):
            return
        timestamp = None if isinstance(record, ExceptionEvent) else record.timestamp
        group = self._group(gathered, item.deployment, item.metadata, timestamp, item.logged_at)
        if group is None:
            return
        if isinstance(record, Prediction):
            group.predictions.append(record)
            group.borrowed = True
            self.joins.remember(item.deployment, item.metadata, record, timestamp or item.logged_at)
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
        if not (exchange.succeeded or mapper.has_own_name or self.windows.knows(mapped.deployment)):
            bare = replace(exchange, request_headers=(), response_headers=(), request_body=b"", response_body=b"")
            self._hold(mapped.deployment, Request(bare, mapped))
            return
        self._gather_mapped(exchange, mapped, gathered)
        if self.unproven:
            self._release(mapped.deployment, gathered)

    def _hold(self, deployment: str, waiting: Request | Counted) -> None:
        """Let what no success has proven yet wait; what is given up for it is counted."""
        self._is_calm = False
        for oldest in self.unproven.hold(deployment, waiting):
            if isinstance(oldest, Request):
                self.count("dropped.unknown_deployment", 1)

    def _release(self, deployment: str, gathered: dict[Key, Gathered]) -> None:
        for waiting in self.unproven.release(deployment):
            if isinstance(waiting, Request):
                self._gather_mapped(waiting.exchange, waiting.mapped, gathered)
            else:
                self._put_count(waiting, gathered)
        self._is_calm = not self.unproven

    def _gather_mapped(self, exchange: Exchange, mapped: Mapped, gathered: dict[Key, Gathered]) -> None:
        times = [p.timestamp for p in mapped.predictions if p.timestamp is not None]
        known, own_time = (mapped.deployment, mapped.metadata), exchange.started_at
        group = self._group(gathered, *known, times[0] if times else None, own_time)
        if group is None:
            return
        group.counters.update(mapped.counters)
        group.size += len(exchange.request_body) + len(exchange.response_body)
        if not exchange.endpoint.is_ground_truth:
            self._gather_request(exchange, group)
        for prediction in mapped.predictions:
            moment = prediction.timestamp or exchange.started_at
            own = self._group(gathered, *known, prediction.timestamp, own_time)
            if own is not None:
                own.predictions.append(prediction)
                self.joins.remember(mapped.deployment, mapped.metadata, prediction, moment, exchange.endpoint.output)
        labels = self.joins.complete(mapped.deployment, mapped.labels)
        for label in labels:
            own = self._group(gathered, *known, label.timestamp, own_time)
            if own is not None:
                own.labels.append(label)
        self.count("predictions", len(mapped.predictions))
        self.count("ground_truths", len(labels))

    def _gather_request(self, exchange: Exchange, group: Gathered) -> None:
        outcome = _outcome(exchange)
        group.counters["requests"] += 1
        self.count("requests", 1)
        group.durations.append(exchange.duration)
        if exchange.is_sampled:
            group.counters["sampled"] += 1
            self.count("sampled", 1)
        if outcome in {"rejected", "aborted"}:
            group.counters[outcome] += 1
            self.count(outcome, 1)
        elif outcome == "failed":
            group.exceptions.append(exchange.exception or ExceptionEvent(f"HTTP {exchange.status or 500}"))
            self.count("exceptions", 1)

    def _group(
        self,
        gathered: dict[Key, Gathered],
        deployment: str,
        metadata: Mapping[str, str],
        timestamp: float | None,
        clock: float,
    ) -> Gathered | None:
        """Return the group of records at their own ``timestamp``, or without one at what our ``clock`` says."""
        key = self.windows.key(deployment, metadata, timestamp or clock, explicit=bool(timestamp))
        if key is None:
            self.count("dropped.deployment_limit", 1)
        return group_of(gathered, key, metadata)


class _Lanes(dict[Any, Lane]):
    """The lanes of ``intake`` by endpoint; one that is not there yet is opened."""

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        self._intake = intake

    def __missing__(self, mapper: Mapper) -> Lane:
        lane = self[mapper] = Lane(mapper, self._intake.windows, self._intake.count, self._intake.joins)
        return lane


def _outcome(exchange: Exchange) -> str:
    status = exchange.status
    if exchange.outcome == "aborted":
        return "aborted"
    if exchange.outcome == "failed" or status is None or status >= 500 or exchange.exception is not None:
        return "failed"
    return "rejected" if status >= 400 else "completed"
