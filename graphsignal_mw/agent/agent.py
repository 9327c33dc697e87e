"""The root of the client: one agent per process and settings."""

import logging
import os
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from graphsignal_mw.agent import exits
from graphsignal_mw.agent.items import Counted, Logged
from graphsignal_mw.agent.pipeline import Pipeline
from graphsignal_mw.agent.spool_root import spool_root
from graphsignal_mw.agent.turn import ProcessLock
from graphsignal_mw.config import Settings
from graphsignal_mw.delivery import Deadline
from graphsignal_mw.logger import Session
from graphsignal_mw.logger.arguments import check_name
from graphsignal_mw.mapping import Choice
from graphsignal_mw.middleware import Capture
from graphsignal_mw.records import ExceptionEvent, GroundTruth, Prediction, Table

FLUSH_TIMEOUT = 10.0
_RECORD_SIZE = 512  # bytes counted for a record of the logger

log = logging.getLogger("graphsignal_mw")


class Agent:
    """Records, and uploads in the background. A test can build one for itself; users call ``configure()``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.strict, self.joins = settings.raises, settings.join_hours > 0
        self._choice = Choice(settings.drop, settings.allow)
        self._sessions: dict[str, Session] = {}
        self._lock = ProcessLock()
        self._pipeline: Pipeline | None = None
        self._said_where = False
        self._faults: Counter[str] = Counter()
        if settings.debug_mode:
            log.setLevel(logging.DEBUG)
        _agents.add(self)

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline of this process; a forked child gets its own."""
        pipeline = self._pipeline
        if pipeline is None or not pipeline.mine[0]:
            pipeline = self._renew()
        return pipeline

    def session(self, deployment_name: str, kind: str | None = None) -> Session:
        """Return the session of a deployment, the same object for the same name."""
        session = self._sessions.get(check_name("deployment_name", deployment_name))
        if session is None:
            session = self._sessions.setdefault(deployment_name, Session(deployment_name, self, kind))
        session.tell_kind(kind)
        return session

    def submit(self, capture: Capture) -> None:
        """Take what a middleware captured: on the request path, where each call counts."""
        pipeline = self._pipeline
        if pipeline is None or not pipeline.mine[0]:
            if self.settings.disabled:
                return
            pipeline = self._renew()
        queue = pipeline.queue
        light = queue.light
        if len(light) < queue.light_limit and type(capture.request) is bytes and type(capture.response) is bytes:
            light.append(capture)
        else:
            pipeline.capture(capture.finish())

    def record(
        self, deployment: str, metadata: Mapping[str, str], record: Prediction | GroundTruth | ExceptionEvent
    ) -> None:
        """Take one record of a session."""
        if not self.settings.disabled:
            if self._choice and isinstance(record, Prediction):
                record = replace(record, features=self._choice.row(record.features))
            self.pipeline.log(Logged(deployment, metadata, record), _RECORD_SIZE)

    def record_table(self, deployment: str, metadata: Mapping[str, str], table: Table) -> None:
        """Take a batch of predictions, in the calling thread."""
        if not self.settings.disabled:
            if self._choice:
                table = replace(table, features=self._choice.table(table.features))
            self.pipeline.log_table(deployment, metadata, table)

    def record_labels(self, deployment: str, metadata: Mapping[str, str], labels: Sequence[GroundTruth]) -> None:
        """Take a batch of labels, in the calling thread."""
        if not self.settings.disabled:
            self.pipeline.log_labels(deployment, metadata, labels)

    def count(self, deployment: str, name: str, n: int = 1) -> None:
        """Count something that happened now."""
        if not self.settings.disabled:
            self.pipeline.log(Counted(deployment, name, n))

    def fault(self, error: Exception) -> None:
        """Count a defect of ours on the request path."""
        with self._lock():
            self._faults[f"dropped.internal_{type(error).__name__}"] += 1
        log.debug("graphsignal_mw: a defect on the request path", exc_info=error)

    def flush(self, timeout: float = FLUSH_TIMEOUT) -> bool:
        """Cut the open windows and upload them, waiting at most ``timeout`` seconds; return whether all arrived."""
        pipeline = self._own()
        return pipeline is None or pipeline.flush(Deadline(timeout))

    def tick(self) -> None:
        """Do now what the background threads would do: for processes without them."""
        pipeline = self._own()
        if pipeline is not None:
            pipeline.tick()

    def shutdown(self, timeout: float = exits.TIMEOUT) -> bool:
        """Flush and stop within ``timeout`` seconds; return whether all arrived. A later record starts anew.

        What did not arrive waits in the spool for the next process.
        """
        deadline = Deadline(timeout)
        with self._lock():
            pipeline, self._pipeline = self._own(), None
            exits.unregister(self._at_exit)
        return pipeline is None or pipeline.stop(deadline)

    def stats(self) -> dict[str, int]:
        """Return counters of the agent's own health in this process."""
        counters = Counter(self._faults)
        pipeline = self._own()
        if pipeline is not None:
            counters.update(pipeline.intake.totals)
            counters.update({f"spool_{name}": n for name, n in pipeline.outbox.counts().items()})
            counters.update({"queued": len(pipeline.queue), "open_windows": len(pipeline.windows)})
            if self.joins:
                counters["waiting_joins"] = len(pipeline.joins)
            counters.update({"waiting_uploads": len(pipeline.outbox), "unproven": len(pipeline.intake.unproven)})
            counters.update(pipeline.refused.totals())
            if pipeline.uploader is not None:
                counters.update(pipeline.uploader.counters)
        return dict(counters)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's pipeline; the child's begins with its first record."""
        parent, self._pipeline = self._pipeline, None
        if parent is not None:
            self._faults.clear()
            parent.abandon()

    def _own(self) -> Pipeline | None:
        """Return the pipeline of this process, if it has one yet."""
        pipeline = self._pipeline
        return pipeline if pipeline is not None and pipeline.mine[0] else None

    def _renew(self) -> Pipeline:
        with self._lock():
            known = self._own()
            if known is not None:
                return known
            self.abandon()
            root = spool_root(self.settings)
            self._pipeline = pipeline = Pipeline(self.settings, root)
            if self.settings.url is None and not self._said_where:
                self._said_where = True
                log.warning(
                    "graphsignal_mw: url is not set; statistics are kept in %s until a process with "
                    "GRAPHSIGNAL_MW_URL (or configure(url=...)) and the same spool_dir uploads them",
                    root,
                )
            exits.register(self._at_exit)
            return pipeline

    def _at_exit(self) -> None:
        self.shutdown(exits.deadline().left)


_agents: weakref.WeakSet[Agent] = weakref.WeakSet()


def _abandon_all() -> None:
    """Give the locks of the spools back to the parent: they would stay held while a child lives that never logs."""
    for agent in list(_agents):
        agent.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
