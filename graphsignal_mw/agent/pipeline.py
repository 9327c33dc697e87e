"""One process's way of the data: queue, intake, windows, spool, upload. A fork gets a new one."""

import logging
import math
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from graphsignal_mw.agent.cutter import Cutter
from graphsignal_mw.agent.governor import Governor
from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.agent.items import Item
from graphsignal_mw.agent.joins import Joins
from graphsignal_mw.agent.mark import mark
from graphsignal_mw.agent.refused import Refused
from graphsignal_mw.agent.threads import UPLOADER, WORKER, Threads
from graphsignal_mw.agent.turn import Turn
from graphsignal_mw.agent.worker import SLICE, Worker
from graphsignal_mw.config import Settings
from graphsignal_mw.delivery import CaptureQueue, Deadline, HttpSink, Outbox, Spool, Uploader
from graphsignal_mw.labels.join import PATIENCE
from graphsignal_mw.middleware import LIGHT
from graphsignal_mw.records import Exchange, GroundTruth, Table
from graphsignal_mw.window import Windows

FLUSH_PATIENCE = 1.0  # seconds that a flush may wait for the table of the label join
GRACE = 0.5  # seconds that the last cut may take when all time is gone: what is cut is safe in the spool

log = logging.getLogger("graphsignal_mw")


class Pipeline:
    """Everything that belongs to one process and boot id. Threads start with the first record.

    ``mine[0]`` is true in the process that made it. Whoever works on windows and spool has the turn: the background
    thread, or a thread that logs a batch, flushes, or finds the queue full.
    """

    def __init__(self, settings: Settings, spool_root: Path) -> None:
        self.settings = settings
        self.mine = mark()
        self.boot_id = f"{int(time.time()):x}-{secrets.token_hex(10)}"
        self.queue = CaptureQueue(settings.max_queue_records, settings.max_queue_bytes, LIGHT)
        self.windows = Windows(
            window_seconds=settings.window_seconds,
            min_count=settings.min_count,
            significant_digits=settings.significant_digits,
            hashed=settings.hash,
            hash_key=(settings.api_key or "").encode(),
        )
        self.joins = Joins(settings, spool_root)
        self.intake = Intake(self.windows, self.joins)
        self.outbox = Outbox(Spool(spool_root, self.boot_id))
        self.uploader: Uploader | None = None
        if settings.url is not None:
            sink = HttpSink(settings.url, settings.api_key, timeout=settings.timeout, ca_bundle=settings.ca_bundle)
            self.uploader = Uploader(self.outbox, sink)
        self.refused = Refused()
        self.governor = Governor(settings.max_cpu_share)
        self._cutter = Cutter(self.windows, self.outbox, self.boot_id, settings)
        self._turn, self._threads = Turn(), Threads()
        self._worker = Worker(self.step, self._on_time, self.governor, self.intake.count)
        self._opened = False

    def capture(self, exchange: Exchange) -> None:
        """Queue what a middleware captured, or count it as dropped. Never blocks.

        Only bodies that will be looked into are kept, and bytes of headers count: many may wait.
        """
        self.governor.admit(exchange, self.queue.fullness)
        size = len(exchange.request_body) + len(exchange.response_body)
        headers = (*exchange.request_headers, *exchange.response_headers)
        self.submit(exchange, size + sum(len(name) + len(value) for name, value in headers))

    def submit(self, item: Item, size: int = 0) -> None:
        """Queue an item of ``size`` bytes, or count it as dropped. Never blocks."""
        if not self._threads.started:
            self.start()
        if not self.queue.put(item, size):
            self.refused.add(item)

    def log(self, item: Item, size: int = 0) -> None:
        """Queue an item; where there is no room, the calling thread does a slice of the work first."""
        if not self._threads.started:
            self.start()
        while not self.queue.put(item, size):
            if self._turn.is_mine:  # a __del__ inside our own work
                self.refused.add(item)
                return
            self.step()

    def log_table(self, deployment: str, metadata: Mapping[str, str], table: Table) -> None:
        """Take a batch of predictions, in the calling thread."""
        work = partial(self.intake.take_table, deployment, metadata, table, self._cut)
        self._work_now(deployment, table.rows, work)

    def log_labels(self, deployment: str, metadata: Mapping[str, str], labels: Sequence[GroundTruth]) -> None:
        """Take a batch of labels, in the calling thread."""
        work = partial(self.intake.take_labels, deployment, metadata, labels, self._cut)
        self._work_now(deployment, len(labels), work)

    def start(self) -> None:
        """Start the threads, once. Where no thread can start, flush() and tick() do their work."""
        targets: dict[str, Callable[[], None]] = {WORKER: partial(self._worker.run, self._threads.stop)}
        if self.uploader is not None:
            targets[UPLOADER] = partial(self.uploader.run, self._threads.stop, self._threads.wake)
        self._threads.start(targets)

    def step(self, seconds: float = math.inf) -> int:
        """Take one slice from the queue; return how many items. ``seconds`` bound the wait for the turn."""
        with self._turn.within(seconds) as mine:
            if not mine:
                return 0
            self._open()
            self.queue.accept_light(self.governor.keep == 1.0)
            items: list[Item] = self.queue.take(SLICE)
            self.windows.pause.expect(many=len(items) == SLICE)
            self._take(items + self.refused.take(), wait=True)
        return len(items)

    def cut(self, seconds: float = math.inf, *, final: bool = False) -> None:
        """Close the open windows, and queue what may leave for upload."""
        with self._turn.within(seconds) as mine:
            if mine:
                self._open()
                self._cut(final=final)

    def checkpoint(self) -> None:
        """Save the open windows to the spool."""
        with self._turn.within(math.inf) as mine:
            if mine:
                self._open()
                self.intake.take()
                self._cutter.checkpoint()

    def tick(self) -> None:
        """Do now what the threads would do: for processes without them."""
        self._take_in(Deadline())
        self._settle(PATIENCE)
        if self._cutter.is_due:
            self.cut()
        else:
            self.checkpoint()
        if self.uploader is not None and not self._threads.is_alive(UPLOADER):
            self.uploader.drain()

    def flush(self, deadline: Deadline, *, final: bool = False) -> bool:
        """Take everything in, cut and upload; return whether nothing waits any more before the deadline."""
        self._take_in(deadline)
        self._settle(max(min(deadline.left / 2, FLUSH_PATIENCE), PATIENCE), final=final)
        self.cut(max(deadline.left, GRACE), final=final)
        return self.uploader is not None and self.uploader.flush(deadline)

    def stop(self, deadline: Deadline) -> bool:
        """Flush and stop the threads; what cannot be uploaded in time stays in the spool for the next process."""
        self._threads.end()
        while not deadline.passed and self.step(deadline.left):
            pass
        self._drop_rest()
        delivered = self.flush(deadline, final=True)
        if self.uploader is not None:
            self.uploader.close()
        self._threads.join(deadline)
        unsaved = self.outbox.save()
        if unsaved:
            log.error("graphsignal_mw: %d deltas are lost: not uploaded, and the spool refuses them", unsaved)
        self.outbox.spool.close()
        return delivered

    def abandon(self) -> None:
        """In a forked child: let go of what is the parent's, without touching it."""
        self.outbox.spool.forget()

    def _open(self) -> None:
        """Open the spool, once, by whoever works first: never on the request path."""
        if not self._opened:
            self._opened = True
            self.outbox.open()
            self._threads.wake.set()
            log.debug("graphsignal_mw: boot %s started, spool %s", self.boot_id, self.outbox.spool.root)

    def _work_now(self, deployment: str, rows: int, work: Callable[[], None]) -> None:
        self.start()
        with self._turn.within(math.inf) as mine:
            if mine:
                self._open()
                work()
            else:  # a __del__ inside our own work
                self.refused.count(deployment, "dropped.reentrant", rows)

    def _take(self, items: Sequence[Item], *, wait: bool = False) -> None:
        if items or self.intake.waits:
            self.intake.take(items, wait=wait)
        if self.windows.is_full:
            self._cut()

    def _take_in(self, deadline: Deadline) -> None:
        """Take in what waits now, not what others add meanwhile."""
        for _ in range(len(self.queue) // SLICE + 1):
            if deadline.passed or not self.step(deadline.left):
                return

    def _drop_rest(self) -> None:
        """Count what there was no time for."""
        for item in self.queue.take(len(self.queue)):
            self.refused.add(item)
        self.step(GRACE)

    def _cut(self, *, final: bool = False) -> None:
        self.intake.take()
        if self._cutter.cut(final=final):
            self._threads.wake.set()

    def _settle(self, patience: float, *, final: bool = False) -> None:
        """Take in the labels that have found their prediction."""
        with self._turn.within(GRACE) as mine:
            if mine:
                self._take(self.joins.settle(patience, final=final))

    def _on_time(self) -> None:
        if self.joins.is_due:
            self._settle(PATIENCE)
        if self._cutter.is_due:
            self.cut()
        elif self._cutter.is_checkpoint_due:
            self.checkpoint()
