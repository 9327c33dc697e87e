"""One process's way of the data: queue, intake, windows, spool, upload. A fork gets a new one."""

import logging
import os
import secrets
import threading
import time
from collections import Counter
from pathlib import Path

from graphsignal_mw.agent.intake import Counted, Intake, Item
from graphsignal_mw.config import Settings
from graphsignal_mw.delivery import CaptureQueue, HttpSink, Outbox, Sink, Spool, Uploader, to_bodies
from graphsignal_mw.records import Exchange
from graphsignal_mw.window import Windows

SLICE = 64  # records between two yields of the interpreter
YIELD = 0.001  # seconds
IDLE = 0.1

log = logging.getLogger("graphsignal_mw")


class Pipeline:
    """Everything that belongs to one process and boot id. Threads start with the first record."""

    def __init__(self, settings: Settings, spool_root: Path) -> None:
        self.settings = settings
        self.pid = os.getpid()
        self.boot_id = f"{int(time.time()):x}-{secrets.token_hex(10)}"
        self.queue = CaptureQueue(settings.max_queue_records, settings.max_queue_bytes)
        self.windows = Windows(
            window_seconds=settings.window_seconds,
            min_count=settings.min_count,
            significant_digits=settings.significant_digits,
            hashed=settings.hash,
            hash_key=(settings.api_key or "").encode(),
        )
        self.intake = Intake(self.windows)
        self.outbox = Outbox(Spool(spool_root, self.boot_id))
        self.uploader: Uploader | None = None
        if settings.url is not None:
            sink: Sink = HttpSink(
                settings.url, settings.api_key, timeout=settings.timeout, ca_bundle=settings.ca_bundle
            )
            self.uploader = Uploader(self.outbox, sink)
        self.refused: Counter[tuple[str, str]] = Counter()
        self._seq = 0
        self._next_upload = time.monotonic() + settings.upload_interval
        self._next_checkpoint = time.monotonic() + settings.checkpoint_seconds
        self._consuming, self._cutting, self._starting = threading.Lock(), threading.Lock(), threading.Lock()
        self._stop, self._wake = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._started = False

    def submit(self, item: Item, size: int = 0) -> None:
        """Queue an item of ``size`` bytes, or count it as dropped. Never blocks."""
        if not self._started:
            self.start()
        if not self.queue.put(item, size):
            self.refused[_deployment(item), "dropped.queue_full"] += 1

    def start(self) -> None:
        """Open the spool and start the threads, once. Where no thread can start, flush() does their work."""
        with self._starting:
            if self._started:
                return
            self._started = True
            self.outbox.open()
            self._spawn("graphsignal-mw", self._work)
            if self.uploader is not None:
                self._wake.set()
                uploader = self.uploader
                self._spawn("graphsignal-mw-upload", lambda: uploader.run(self._stop, self._wake))
            log.debug("graphsignal_mw: boot %s started, spool %s", self.boot_id, self.outbox.spool.root)

    def step(self) -> bool:
        """Take one slice from the queue; return whether there was any."""
        with self._consuming:
            items: list[Item] = self.queue.take(SLICE)
            if self.refused:
                refused, self.refused = self.refused, Counter()
                items.extend(Counted(deployment, name, n) for (deployment, name), n in refused.items())
            if items:
                self.intake.take(items)
        if self.windows.is_full:
            self.cut()
        return bool(items)

    def cut(self, *, final: bool = False) -> None:
        """Close the open windows, and queue what may leave for upload."""
        with self._cutting:
            self._next_upload = time.monotonic() + self.settings.upload_interval
            parts = self.windows.cut(final=final)
            if not parts:
                return
            bodies = to_bodies(parts, boot_id=self.boot_id, seq=self._seq, window_seconds=self.settings.window_seconds)
            self._seq += len(bodies)
            self.outbox.add(bodies)
            log.debug("graphsignal_mw: cut %d parts, %d uploads", len(parts), len(bodies))
        self._wake.set()

    def checkpoint(self) -> None:
        """Save the open windows to the spool, under the sequence number of their final upload."""
        with self._cutting:
            self._next_checkpoint = time.monotonic() + self.settings.checkpoint_seconds
            if not self.windows.changed or not len(self.windows):
                return
            parts = self.windows.peek()
            self.outbox.checkpoint(
                to_bodies(parts, boot_id=self.boot_id, seq=self._seq, window_seconds=self.settings.window_seconds)
            )

    def flush(self, timeout: float, *, final: bool = False) -> bool:
        """Take everything in, cut and upload; return whether nothing waits any more after ``timeout`` seconds."""
        self.start()
        while self.step():
            pass
        self.cut(final=final)
        return self.uploader is not None and self.uploader.flush(timeout)

    def stop(self, timeout: float) -> bool:
        """Stop the threads and flush; what cannot be uploaded stays in the spool for the next process."""
        if not self._started:
            return True
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout)
        delivered = self.flush(timeout, final=True)
        self.outbox.spool.close()
        if self.uploader is not None:
            self.uploader.sink.close()
        return delivered

    def abandon(self) -> None:
        """In a forked child: let go of what is the parent's, without touching it."""
        self.outbox.spool.forget()

    def _spawn(self, name: str, target: object) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]
        try:
            thread.start()
        except RuntimeError as error:  # shutdown of the interpreter, or no more threads
            log.warning("graphsignal_mw: no background thread (%s); call flush() to upload", error)
            return
        self._threads.append(thread)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                busy = self.step()
                self._on_time()
            except Exception:
                log.exception("graphsignal_mw: a defect of the background thread")
                busy = False
            self._stop.wait(YIELD if busy else IDLE)

    def _on_time(self) -> None:
        now = time.monotonic()
        if now >= self._next_upload:
            self.cut()
        elif now >= self._next_checkpoint:
            self.checkpoint()


def _deployment(item: Item) -> str:
    if isinstance(item, Exchange):
        return str(item.endpoint.deployment(item.params))
    return item.deployment
