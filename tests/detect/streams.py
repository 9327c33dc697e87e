"""Deployments that are made up: hourly windows of a few columns, and what goes wrong in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from graphsignal_mw.detect import DetectedIssue, evaluate
from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import WindowStats

HOUR = 3600
DAY = 24 * HOUR
START = 19_723 * DAY  # 2024-01-01, a Monday
CITIES = ("Rome", "Oslo", "Lima", "Bern")

Columns = dict[str, Any]
Change = Callable[[Columns, np.random.Generator], None]


def columns(rng: np.random.Generator, rows: int, hour: int) -> Columns:
    """Return one window; ``speed`` follows the hour of the day."""
    return {
        "distance": rng.lognormal(6.5, 0.7, rows),
        "delay": rng.normal(10, 30, rows),
        "speed": rng.normal(50 + 10 * np.sin(hour / 24 * 2 * np.pi), 8, rows),
        "city": rng.choice(CITIES, rows, p=[0.5, 0.3, 0.15, 0.05]).tolist(),
        "age": np.where(rng.random(rows) < 0.01, np.nan, rng.normal(40, 10, rows)),
    }


def make_history(
    days: int = 14,
    rows: int = 200,
    change: Change | None = None,
    during: Sequence[int] = (),
    seed: int = 1,
) -> list[tuple[int, WindowStats]]:
    """Return hourly windows; ``change`` is done to those whose hour since the start is in ``during``."""
    rng = np.random.default_rng(seed)
    changed = set(during)
    history = []
    for hour in range(days * 24):
        found = columns(rng, rows, hour)
        if hour in changed and change is not None:
            change(found, rng)
        history.append((START + hour * HOUR, window(found, rng)))
    return history


def window(found: Columns, rng: np.random.Generator) -> WindowStats:
    """Return the statistics of one window, with predictions, labels and requests."""
    rows = max(map(len, found.values()))
    stats = WindowStats()
    stats.features.update({name: values for name, values in found.items() if not name.startswith("_")}, rows)
    prediction = rng.random(rows) < 0.3
    right = rng.random(rows) < found.get("_accuracy", [0.9])[0]
    stats.predictions.update({"late": prediction}, rows)
    stats.performance_of().update(np.where(right, prediction, ~prediction), prediction)
    failed = int(rng.binomial(rows, found.get("_failing", [0.002])[0]))
    stats.counters.update(requests=rows, predictions=rows, exceptions=failed)
    if failed:
        stats.exceptions.add(ExceptionEvent("KeyError", "<quoted>"), failed)
    return stats


def detect(history: Sequence[tuple[int, WindowStats]], **options: Any) -> list[DetectedIssue]:
    """Evaluate at the end of ``history``."""
    now = history[-1][0] + HOUR if history else START
    return evaluate(history, **{"window_seconds": HOUR, "now": now, **options})


def summary(issues: Sequence[DetectedIssue]) -> list[tuple[str, list[str], bool]]:
    """Return (family, columns, open) of each issue."""
    return [(issue.family, sorted(c.name for c in issue.columns), issue.resolved is None) for issue in issues]


def set_to(**values: Callable[[Any, np.random.Generator], Any]) -> Change:
    """Return a change of some columns: name to a function of (values, random generator)."""

    def change(found: Columns, rng: np.random.Generator) -> None:
        for name, make in values.items():
            found[name] = make(found.get(name, ()), rng)

    return change


def as_known(issue: DetectedIssue, decision: str = "", decided_at: float | None = None) -> "Known":
    """Return an issue as a store gives it back."""
    return Known(issue, decision, decided_at)


class Known:
    """A detected issue that was saved, with what a person decided."""

    def __init__(self, issue: DetectedIssue, decision: str, decided_at: float | None) -> None:
        self.family, self.severity = issue.family, issue.severity
        self.opened, self.updated, self.resolved = issue.opened, issue.updated, issue.resolved
        self.explanation, self.evidence = issue.explanation, dict(issue.evidence)
        self.columns: list[Mapping[str, Any]] = [
            {"stream": c.stream, "name": c.name, "effect": c.effect, "explanation": c.explanation}
            for c in issue.columns
        ]
        self.decision, self.decided_at = decision, decided_at
