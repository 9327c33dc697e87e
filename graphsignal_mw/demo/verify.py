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


def wait_for_counts(world: World) -> dict[str, Any]:
    """Return the totals as soon as they equal what was sent; raise :class:`DemoError` when they never do."""
    totals = _wait(world, COUNT_SECONDS, world.api.totals, lambda found: not differences(world.sent.as_dict(), found))
    wrong = differences(world.sent.as_dict(), totals)
    if wrong:
        raise DemoError("counts: not what was sent\n" + "\n".join(wrong))
    return totals


def wait_for_incident(world: World) -> list[dict[str, Any]]:
    """Return the open issues as soon as they name the columns of the incident, or raise :class:`DemoError`."""
    issues = _wait(world, INCIDENT_SECONDS, world.api.open_issues, lambda found: not _missed(found))
    missed = _missed(issues)
    if missed:
        known = ", ".join(sorted(named_columns(issues))) or "no column"
        raise DemoError(f"incident: no open issue names {', '.join(missed)}; {len(issues)} open, naming {known}")
    return issues


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
