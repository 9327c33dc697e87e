"""Background tasks: the one visible table of what the collector does besides answering."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import connection, parent_process
from typing import Any

from graphsignal_mw.detect import DetectedIssue, Memory, Sketch, evaluate
from graphsignal_mw.heartbeat import beat
from graphsignal_mw.logs import log_to_stderr
from graphsignal_mw.store import CLOCK, Deployment, Issue, Store

logger = logging.getLogger(__name__)

DAY = 86400
HISTORY = 35 * DAY
_BATCH = 200
_OUTLINES = 20
_NICER = 10  # the process that answers comes first: windows may wait, those who upload should not


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to be done every ``every`` seconds; ``run`` gets the store and the time (Unix seconds).

    Of collectors on one database only one at a time runs a task, unless it is not ``alone``: then they share its work.
    """

    name: str
    every: float
    run: Callable[[Store, float], Any]
    alone: bool = True


def table(detect_every: float, heartbeat_url: str | None = None) -> tuple[Task, ...]:
    """Return all tasks; ``detect_every`` is seconds."""
    heartbeat = Task(name="heartbeat", every=60.0, run=partial(beat, url=heartbeat_url)) if heartbeat_url else None
    return (
        Task(name="compact", every=1.0, run=run_compaction, alone=False),
        Task(name="outline", every=10.0, run=run_outlines),
        Task(name="detect", every=detect_every, run=run_detection),
        Task(name="purge", every=3600.0, run=run_purge),
        Task(name="partition", every=3600.0, run=run_partition, alone=False),
        *([heartbeat] if heartbeat else []),
    )


def run_compaction(store: Store, _: float) -> int:
    """Compute all windows anew that got uploads; return how many."""
    return _until_done(store.compact, _BATCH)


def run_outlines(store: Store, now: float) -> int:
    """Compute what charts show of hours and days that are over; return how many."""
    return _until_done(partial(store.outline_past, now), _OUTLINES)


def run_detection(store: Store, now: float) -> list[Issue]:
    """Look at each deployment whose windows changed, and save its issues; return those that are new."""
    return [issue for deployment in store.changed_deployments() for issue in _detect(store, deployment, now)]


def run_purge(store: Store, now: float) -> int:
    """Fold old parts into their windows; return how many windows."""
    return store.purge(now)


def run_partition(store: Store, now: float) -> int:
    """Make the partitions of the coming weeks, and drop those that purge has emptied; return how many."""
    return store.partition(now)


def _until_done(some: Callable[[int], int], batch: int) -> int:
    total = done = some(batch)
    while done == batch:
        done = some(batch)
        total += done
    return total


def _detect(store: Store, deployment: Deployment, now: float) -> list[Issue]:
    # Noted first, so that what is computed meanwhile is looked at the next time.
    started = time.time()
    project, name = deployment.project, deployment.name
    seconds, since = deployment.window_seconds, int(now) - HISTORY
    history = store.scalars(project, name, seconds, since, int(now) + DAY)
    memory = Memory.of(*store.bins(project, name, seconds, since))

    def sketches(stream: str, column: str, start: int, end: int) -> list[Sketch]:
        return [Sketch(*each) for each in store.sketches(project, name, seconds, stream, column, start, end)]

    known = [issue for issue in store.issues(project, deployment=name) if issue.family != CLOCK]
    found = evaluate(history, window_seconds=seconds, now=now, previous=known, sketches=sketches, memory=memory)
    store.save_bins(project, name, seconds, *memory.news())
    new = store.save_issues(project, name, [_issue(name, each) for each in found])
    store.set_detected(project, name, started)
    return new


def _issue(deployment: str, found: DetectedIssue) -> Issue:
    return Issue(
        deployment=deployment,
        family=found.family,
        severity=found.severity,
        columns=[asdict(column) for column in found.columns],
        opened=found.opened,
        updated=found.updated,
        resolved=found.resolved,
        explanation=found.explanation,
        evidence={**found.evidence, "transient": found.transient},
    )


def run_tasks(store: Store, tasks: Sequence[Task], wait: Callable[[float], bool]) -> None:
    """Run ``tasks`` in turns until ``wait`` (which waits so many seconds) says True. A failure costs one turn."""
    due = {task.name: time.monotonic() for task in tasks}
    while True:
        for task in tasks:
            if time.monotonic() >= due[task.name]:
                _run(store, task)
                due[task.name] = time.monotonic() + task.every
        if wait(max(0.0, min(due.values()) - time.monotonic())):
            return


def _run(store: Store, task: Task) -> None:
    try:
        with store.claimed([("task", task.name)] if task.alone else []) as ours:
            if all(ours):
                task.run(store, time.time())
    except Exception:
        # The others go on, and this one comes again.
        logger.exception("task %s failed", task.name)


def run_process(target: str, detect_every: float, json_logs: bool = False, heartbeat_url: str | None = None) -> None:
    """Run all tasks on the database ``target`` until SIGTERM comes or the parent process ends."""
    log_to_stderr(as_json=json_logs)
    if sys.platform != "win32":
        os.nice(_NICER)
    stop = _Stop()
    store = Store.open(target)
    try:
        run_tasks(store, table(detect_every, heartbeat_url), stop.wait)
    finally:
        store.close()


class _Stop:
    """Whether it is time to end. Ctrl-C reaches the whole group: the parent decides, and sends SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, self._ask)
        self._parent = parent_process()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            if self._parent is not None and connection.wait([self._parent.sentinel], min(0.2, seconds)):
                return True
        return self.asked

    def _ask(self, *_: object) -> None:
        self.asked = True
