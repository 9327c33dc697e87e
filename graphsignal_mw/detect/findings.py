"""Findings: one subject, one window, one scale; and the issue they become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphsignal_mw.detect.layout import Series, Subject

SEVERITIES = ((0.5, "high"), (0.3, "medium"), (0.1, "low"))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that has changed.

    ``start`` and ``end`` are the first and the last step of the pooled window, ``scale`` its length in steps.
    ``series`` (at ``index`` among all) deviates most surely; ``effect`` is its deviation in units of Cohen's w, signed;
    ``observed`` and ``expected`` are in its own unit. ``rows`` stand behind it, ``p`` is that of the subject.
    """

    subject: Subject
    series: Series
    index: int
    scale: int
    end: int
    p: float
    effect: float
    observed: float
    expected: float
    rows: float

    @property
    def start(self) -> int:
        """First step of the window."""
        return self.end + 1 - self.scale


@dataclass(frozen=True, kw_only=True)
class ColumnFinding:
    """What is the matter with one column: ``effect`` in units of Cohen's w, ``explanation`` a sentence."""

    stream: str
    name: str
    effect: float
    explanation: str


@dataclass(frozen=True, kw_only=True)
class DetectedIssue:
    """What a person should look at. ``opened`` and ``updated`` are starts of windows, ``resolved`` a moment or None.

    All in Unix seconds; ``opened`` and ``family`` are its identity. ``transient`` ones lasted less than a day.
    ``evidence`` can be written as JSON.
    """

    family: str
    severity: str
    columns: tuple[ColumnFinding, ...]
    opened: int
    updated: int
    resolved: int | None
    explanation: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    transient: bool = False


class KnownIssue(Protocol):
    """An issue that was found before, with what people decided about it ("accept", "resolve", ... or "")."""

    @property
    def family(self) -> str:
        """Family of the issue."""

    @property
    def opened(self) -> int:
        """Start of the first window, Unix seconds."""

    @property
    def updated(self) -> int:
        """Start of the last window that shows it, Unix seconds."""

    @property
    def resolved(self) -> int | None:
        """When it was over, Unix seconds."""

    @property
    def columns(self) -> Sequence[Mapping[str, Any]]:
        """Its columns, with ``stream`` and ``name``."""

    @property
    def severity(self) -> str:
        """Its severity."""

    @property
    def explanation(self) -> str:
        """What it said."""

    @property
    def evidence(self) -> Mapping[str, Any]:
        """Its evidence."""

    @property
    def decision(self) -> str:
        """What a person did last."""

    @property
    def decided_at(self) -> float | None:
        """When that was, Unix seconds."""


def severity_of(effect: float) -> str:
    """Return the severity of an effect in units of Cohen's w."""
    return next((name for least, name in SEVERITIES if abs(effect) >= least), "low")
