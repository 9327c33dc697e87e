"""The root of the client: one agent per process and settings."""

import atexit
import hashlib
import logging
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from graphsignal_mw.agent.intake import Counted, Logged
from graphsignal_mw.agent.pipeline import Pipeline
from graphsignal_mw.config import Settings
from graphsignal_mw.logger import Session
from graphsignal_mw.records import ExceptionEvent, Exchange, GroundTruth, Prediction, Table

FLUSH_TIMEOUT = 10.0
EXIT_TIMEOUT = 5.0
_RECORD_SIZE = 512  # bytes counted for a record of the logger

log = logging.getLogger("graphsignal_mw")


class Agent:
    """Records, and uploads in the background. A test can build one for itself; users call ``configure()``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.strict = settings.raises
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._pipeline: Pipeline | None = None
        self._said_where = False
        if settings.debug_mode:
            log.setLevel(logging.DEBUG)

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline of this process; a forked child gets its own."""
        pipeline = self._pipeline
        if pipeline is None or pipeline.pid != os.getpid():
            pipeline = self._renew(pipeline)
        return pipeline

    def session(self, deployment_name: str, kind: str | None = None) -> Session:
        """Return the session of a deployment, the same object for the same name."""
        session = self._sessions.get(deployment_name)
        if session is None:
            session = self._sessions.setdefault(deployment_name, Session(deployment_name, self, kind))
        return session

    def submit(self, exchange: Exchange) -> None:
        """Take what a middleware captured."""
        if not self.settings.disabled:
            size = len(exchange.request_body) + len(exchange.response_body)
            self.pipeline.submit(exchange, size)

    def record(
        self, deployment: str, metadata: Mapping[str, str], record: Prediction | GroundTruth | ExceptionEvent
    ) -> None:
        """Take one record of a session."""
        if not self.settings.disabled:
            self.pipeline.submit(Logged(deployment, metadata, record), _RECORD_SIZE)

    def record_table(self, deployment: str, metadata: Mapping[str, str], table: Table) -> None:
        """Take a batch of predictions, in the calling thread."""
        if not self.settings.disabled:
            pipeline = self.pipeline
            pipeline.start()
            pipeline.intake.take_table(deployment, metadata, table, pipeline.cut)

    def record_labels(self, deployment: str, metadata: Mapping[str, str], labels: Sequence[GroundTruth]) -> None:
        """Take a batch of labels, in the calling thread."""
        if not self.settings.disabled:
            pipeline = self.pipeline
            pipeline.start()
            ordered = sorted(labels, key=lambda label: label.timestamp or 0.0)
            for start in range(0, len(ordered), 1024):
                pipeline.intake.take([Logged(deployment, metadata, label) for label in ordered[start : start + 1024]])
                if pipeline.windows.is_full:
                    pipeline.cut()

    def count(self, deployment: str, name: str, n: int = 1) -> None:
        """Count something that happened now."""
        if not self.settings.disabled:
            self.pipeline.submit(Counted(deployment, name, n))

    def fault(self, error: Exception) -> None:
        """Count a defect of ours on the request path."""
        if self._pipeline is not None:
            self._pipeline.intake.count(f"dropped.internal_{type(error).__name__}")
        log.debug("graphsignal_mw: a defect on the request path", exc_info=error)

    def flush(self, timeout: float = FLUSH_TIMEOUT) -> bool:
        """Cut the open windows and upload them, waiting at most ``timeout`` seconds; return whether all arrived."""
        if self.settings.disabled or self._pipeline is None:
            return True
        return self.pipeline.flush(timeout)

    def tick(self) -> None:
        """Do now what the background thread would do: for processes without one."""
        if not self.settings.disabled and self._pipeline is not None:
            while self.pipeline.step():
                pass
            self.pipeline.checkpoint()

    def shutdown(self, timeout: float = EXIT_TIMEOUT) -> bool:
        """Flush and stop. A later record starts anew."""
        with self._lock:
            pipeline, self._pipeline = self._pipeline, None
        if pipeline is None or pipeline.pid != os.getpid():
            return True
        return pipeline.stop(timeout)

    def stats(self) -> dict[str, int]:
        """Return counters of the agent's own health in this process."""
        counters: Counter[str] = Counter()
        pipeline = self._pipeline
        if pipeline is not None and pipeline.pid == os.getpid():
            counters.update(pipeline.intake.totals)
            counters.update({f"spool_{name}": n for name, n in pipeline.outbox.counts().items()})
            counters.update({"queued": len(pipeline.queue), "open_windows": len(pipeline.windows)})
            counters["waiting_uploads"] += len(pipeline.outbox.items)
            for (_, name), n in pipeline.refused.items():
                counters[name] += n
            if pipeline.uploader is not None:
                counters.update(pipeline.uploader.counters)
        return dict(counters)

    def _renew(self, parent: Pipeline | None) -> Pipeline:
        with self._lock:
            if self._pipeline is not None and self._pipeline.pid == os.getpid():
                return self._pipeline
            if parent is not None:
                parent.abandon()
            root = spool_root(self.settings)
            self._pipeline = pipeline = Pipeline(self.settings, root)
            if self.settings.url is None and not self._said_where:
                self._said_where = True
                log.warning(
                    "graphsignal_mw: url is not set; statistics are kept in %s until a process with "
                    "GRAPHSIGNAL_MW_URL (or configure(url=...)) and the same spool_dir uploads them",
                    root,
                )
            atexit.register(self.shutdown)
            return pipeline


def spool_root(settings: Settings) -> Path:
    """Return the folder of the spool: apart for each key, so that an orphan is adopted by its own project only."""
    base = Path(settings.spool_dir) if settings.spool_dir else _default_folder()
    return base / hashlib.sha256((settings.api_key or "").encode()).hexdigest()[:16]


def _default_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    try:
        home = Path(state) if state else Path.home() / ".local" / "state"
    except RuntimeError:  # no home folder
        home = Path(tempfile.gettempdir())
    return home / "graphsignal_mw" / "spool"
