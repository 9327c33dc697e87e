"""Episodes as issues that people can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphsignal_mw.detect.explain import explain, since
from graphsignal_mw.detect.families import VALIDITY
from graphsignal_mw.detect.findings import ColumnFinding, DetectedIssue, Finding, severity_of
from graphsignal_mw.detect.grid import DAY
from graphsignal_mw.detect.life import Episode
from graphsignal_mw.detect.scene import Measured, Scene


@dataclass(frozen=True, eq=False)
class _Told:
    """One subject of an episode with its surest finding, measured and explained."""

    finding: Finding
    measured: Measured
    text: str

    @property
    def name(self) -> str:
        return self.finding.subject.column

    @property
    def sentence(self) -> str:
        return f"{self.name} {self.text}".strip()


def report(episode: Episode, scene: Scene) -> DetectedIssue:
    """Return the issue of an episode: its columns, the worst first, and what it says."""
    told = sorted((_tell(found, episode, scene) for found in episode.subjects.values()), key=_rank)
    worst = told[0]
    effect = max(abs(each.measured.effect) for each in told)
    start, end = scene.span(episode)
    resolved = None if episode.resolved is None else scene.grid.moment(episode.resolved)
    return DetectedIssue(
        family=episode.family,
        severity=severity_of(effect),
        columns=tuple(_column(each) for each in told if each.name),
        opened=start,
        updated=scene.grid.moment(episode.updated),
        resolved=resolved,
        explanation=f"{_said(told)}. {since(episode, worst.measured.rows, scene)}",
        evidence=_evidence(told, episode, scene),
        transient=end - start < DAY,
    )


def _tell(findings: Sequence[Finding], episode: Episode, scene: Scene) -> _Told:
    lead = min(findings, key=lambda f: (f.series.what == "type", f.p, f.scale, f.end))
    measured = scene.measure(lead, episode)
    return _Told(lead, measured, explain(lead, measured, episode, scene))


def _rank(told: _Told) -> tuple[bool, float, str]:
    return told.finding.subject.family != VALIDITY, -abs(told.measured.effect), told.name


def _said(told: Sequence[_Told]) -> str:
    first = told[0].sentence
    others = [each.name for each in told[1:]]
    if not others:
        return first
    named = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return f"{first}. Also: {named}"


def _column(told: _Told) -> ColumnFinding:
    subject = told.finding.subject
    effect = round(abs(told.measured.effect), 4)
    return ColumnFinding(stream=subject.stream, name=subject.column, effect=effect, explanation=f"{told.sentence}.")


def _evidence(told: Sequence[_Told], episode: Episode, scene: Scene) -> dict[str, Any]:
    return {
        "baseline_days": scene.days_before(episode),
        "window_seconds": scene.grid.step,
        "findings": [_finding(each, scene.grid.step) for each in told],
    }


def _finding(told: _Told, step: int) -> dict[str, Any]:
    finding, measured = told.finding, told.measured
    return {
        "stream": finding.subject.stream,
        "column": finding.subject.column,
        "what": finding.series.what,
        "label": finding.series.label,
        "observed": round(measured.observed, 6),
        "expected": round(measured.expected, 6),
        "effect": round(measured.effect, 4),
        "rows": measured.rows,
        "p": float(f"{finding.p:.3g}"),
        "scale_seconds": finding.scale * step,
    }
