"""Whether the collector counted what was sent, and found the incident."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from graphsignal_mw.demo.collector_api import named_columns
from graphsignal_mw.demo.errors import DemoError
from graphsignal_mw.demo.incident import COLUMNS
from graphsignal_mw.demo.world import World

Found = TypeVar("Found")

COUNT_SECONDS = 45.0
INCIDENT_SECONDS = 90.0
SETTLED_SECONDS = 5.0  # two turns of detection (processes.py), and a bit
LOSSES = ("sampled", "dropped", "unparsed", "unmatched", "mismatched", "aborted")
"""Totals that must be zero; some are objects by reason."""


def differences(sent: Mapping[str, int], totals: Mapping[str, Any]) -> list[str]:
    """Return a line for each total that is not what was sent, and for each loss."""
    wrong = [
        f"{name}: {totals.get(name, 0)} counted; {expected} sent"
        for name, expected in sent.items()
        if totals.get(name, 0) != expected
    ]
    losses = {name: _sum(totals.get(name, 0)) for name in LOSSES}
    return wrong + [f"{name}: {n}; expected 0" for name, n in losses.items() if n]


def wait_for_counts(world: World, seconds: float = COUNT_SECONDS) -> dict[str, Any]:
    """Return the totals as soon as they equal what was sent; raise :class:`DemoError` when they never do."""
    totals = _wait(world, seconds, world.api.totals, lambda found: not differences(world.sent.as_dict(), found))
    wrong = differences(world.sent.as_dict(), totals)
    if wrong:
        raise DemoError("counts: not what was sent\n" + "\n".join(wrong))
    return totals


def wait_for_incident(world: World, seconds: float = INCIDENT_SECONDS) -> list[dict[str, Any]]:
    """Return the open issues when they name the columns of the incident and have settled; else raise DemoError."""
    issues = _wait(world, seconds, world.api.open_issues, _Settled())
    missed = _missed(issues)
    if missed:
        known = ", ".join(sorted(named_columns(issues))) or "no column"
        raise DemoError(f"incident: no open issue names {', '.join(missed)}; {len(issues)} open, naming {known}")
    return issues


class _Settled:
    """Whether issues name the incident and have not changed for a while: the collector has looked at everything."""

    def __init__(self) -> None:
        self._last: list[dict[str, Any]] = []
        self._since = time.monotonic()

    def __call__(self, issues: list[dict[str, Any]]) -> bool:
        if issues != self._last:
            self._last, self._since = issues, time.monotonic()
        return not _missed(issues) and time.monotonic() - self._since >= SETTLED_SECONDS


def _missed(issues: list[dict[str, Any]]) -> list[str]:
    return sorted(set(COLUMNS) - named_columns(issues))


def _sum(value: Any) -> int:
    return sum(value.values()) if isinstance(value, Mapping) else int(value)


def _wait(world: World, seconds: float, ask: Callable[[], Found], enough: Callable[[Found], bool]) -> Found:
    """Ask until the answer is enough or ``seconds`` pass; return the last answer."""
    end = time.monotonic() + seconds
    while not enough(found := ask()) and time.monotonic() < end:
        world.check()
        time.sleep(0.5)
    return found
