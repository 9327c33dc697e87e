"""Wrong clocks of those who send: an issue of their deployment that says whose clock it is, and how wrong."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from graphsignal_mw.errors import GraphsignalError
from graphsignal_mw.store import CLOCK, Issue, Store
from graphsignal_mw.wire import TOLERATED, Envelope

logger = logging.getLogger(__name__)

RIGHT = TOLERATED / 2  # seconds; between this and what is tolerated a clock is neither: it would go to and fro
REFRESH_SECONDS = 10.0  # what other collectors and people did is known so much later
TOLD_EVERY = 60.0
SILENT = 900.0  # seconds, or three windows: who sends no more has no clock
_NAMED, _KEPT = 3, 50
_LONGEST = 60  # characters of what a client calls itself
_UNITS = ((2 * 86400, 86400, "days"), (2 * 3600, 3600, "hours"), (0, 60, "minutes"))


class Reading(NamedTuple):
    """What one upload said of a clock: whose, seconds by which it is ahead, and when (Unix seconds)."""

    process: str
    client: str
    ahead: float
    at: float
    window_seconds: int


@dataclass
class _Known:
    """Latest issue about clocks of each deployment of a project, and what renamed deployments are called now."""

    fresh_until: float = 0.0
    issues: dict[str, Issue] = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)


class ClockWatch:
    """Opens issues about clocks and ends them, as uploads come; safe to share between threads."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._projects: dict[str, _Known] = {}

    def note(self, project: str, envelope: Envelope, ahead: float) -> None:
        """Take note of an upload whose sender's clock was ``ahead`` seconds before ours. It is stored already."""
        client = "".join(filter(str.isprintable, envelope.client))[:_LONGEST]
        reading = Reading(envelope.boot_id, client, ahead, self._clock(), envelope.window_seconds)
        try:
            with self._lock:
                known = self._known(project, reading.at)
                # Nearly always there is nothing to tell.
                if known.issues or abs(ahead) > TOLERATED:
                    for deployment in {known.names.get((project, p.deployment), p.deployment) for p in envelope.parts}:
                        self._tell(project, deployment, reading, known)
        except GraphsignalError:
            logger.exception("an issue about a clock could not be saved")

    def _tell(self, project: str, deployment: str, reading: Reading, known: _Known) -> None:
        issue = judged(known.issues.get(deployment), deployment, reading)
        if issue is not None:
            self._store.save_issues(project, deployment, [issue])
            known.fresh_until = 0.0

    def _known(self, project: str, now: float) -> _Known:
        known = self._projects.setdefault(project, _Known())
        if not known.fresh_until - REFRESH_SECONDS <= now < known.fresh_until:
            found = self._store.issues(project, family=CLOCK)
            known.issues = {issue.deployment: issue for issue in reversed(found)}
            known.names = self._store.aliases([project])
            known.fresh_until = now + REFRESH_SECONDS
        return known


def judged(known: Issue | None, deployment: str, reading: Reading) -> Issue | None:
    """Return the issue as it is after ``reading``, given the latest of the deployment; None where nothing is new."""
    if abs(reading.ahead) > TOLERATED:
        return _wrong(known, deployment, reading)
    if known is None or known.resolved is not None or abs(reading.ahead) > RIGHT:
        return None
    processes = _processes(known)
    silence = max(SILENT, 3 * reading.window_seconds)
    rest = {
        name: each
        for name, each in processes.items()
        if name != reading.process and reading.at - each["seen"] <= silence
    }
    if len(rest) == len(processes):
        return None
    return _issue(known, rest, reading) if rest else replace(known, resolved=int(reading.at))


def _wrong(known: Issue | None, deployment: str, reading: Reading) -> Issue | None:
    processes = _processes(known) if known is not None else {}
    before = processes.get(reading.process)
    # What a person has decided holds for the processes that were seen then.
    decided = known is not None and known.decision in {"resolve", "accept"} and before is not None
    is_same = known is not None and (known.resolved is None or decided)
    if known is None or not is_same:
        known, processes, before = _new(deployment, reading), {}, None
    if before is not None and _is_old_news(before, reading):
        return None
    entry = {
        "process": reading.process,
        "client": reading.client,
        "ahead": round(reading.ahead),
        "seen": int(reading.at),
        "confirmed": before is not None,
    }
    return _issue(known, {**processes, reading.process: entry}, reading)


def _is_old_news(before: Mapping[str, Any], reading: Reading) -> bool:
    is_like = abs(before["ahead"] - reading.ahead) <= RIGHT
    return bool(before["confirmed"] and is_like and reading.at - before["seen"] < TOLD_EVERY)


def _new(deployment: str, reading: Reading) -> Issue:
    now = int(reading.at)
    return Issue(deployment=deployment, family=CLOCK, severity="low", opened=now, updated=now)


def _issue(known: Issue, processes: Mapping[str, dict[str, Any]], reading: Reading) -> Issue:
    """Return the issue of ``processes``. It is of low severity until one of them was wrong twice."""
    kept = sorted(processes.values(), key=lambda each: -each["seen"])[:_KEPT]
    return replace(
        known,
        severity="medium" if any(each["confirmed"] for each in kept) else "low",
        updated=int(reading.at),
        resolved=None,
        explanation=_explained(kept),
        evidence={"processes": kept},
    )


def _processes(issue: Issue) -> dict[str, dict[str, Any]]:
    return {each["process"]: each for each in issue.evidence.get("processes", [])}


def _explained(processes: list[dict[str, Any]]) -> str:
    named = [f"that of {each['process']} is {_off(each)}" for each in processes[:_NAMED]]
    rest = [f"{len(processes) - _NAMED} more are wrong"] if len(processes) > _NAMED else []
    whose = f"{len(processes)} processes have wrong clocks" if len(processes) > 1 else "The clock of a process is wrong"
    return (
        f"{whose}: {', '.join([*named, *rest])}. Windows that go by it are moved to where they belong, as whole "
        "windows; set the clock of the machine."
    )


def _off(process: Mapping[str, Any]) -> str:
    seconds = abs(process["ahead"])
    size, unit = next((size, unit) for least, size, unit in _UNITS if seconds >= least)
    return f"{seconds / size:.1f} {unit} {'ahead' if process['ahead'] > 0 else 'behind'}".replace(".0 ", " ")
