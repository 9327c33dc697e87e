"""Broken before drifted: a constant column is invalid data, and what is invalid needs no second issue about drift."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from graphsignal_mw.detect.baseline import windows_of
from graphsignal_mw.detect.explain import is_constant
from graphsignal_mw.detect.families import DATA_DRIFT, PREDICTION_DRIFT, VALIDITY
from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.scene import Scene

_DRIFT = (DATA_DRIFT, PREDICTION_DRIFT)
_NEVER_CONSTANT = 0.99  # share of the commonest bin above which a column was always about constant


def broken_first(findings: Iterable[Finding], scene: Scene) -> list[Finding]:
    """Make drift to a constant a matter of validity, and drop drift that broken values of the same column explain."""
    judged = [_judged(finding, scene) for finding in findings]
    broken = [f for f in judged if f.subject.family == VALIDITY and f.series.what != "missing"]
    return [f for f in judged if f.subject.family not in _DRIFT or not _is_explained(f, broken)]


def _judged(finding: Finding, scene: Scene) -> Finding:
    if finding.subject.family not in _DRIFT:
        return finding
    subject = finding.subject
    span = scene.grid.moment(finding.start), scene.grid.moment(finding.end + 1)
    if not is_constant(windows_of(scene.history, subject.stream, subject.column, span)):
        return finding
    reference = scene.references.get((subject.stream, subject.column))
    if reference is None or reference.shares.max() > _NEVER_CONSTANT:
        return finding
    return replace(finding, subject=subject._replace(family=VALIDITY))


def _is_explained(finding: Finding, broken: Sequence[Finding]) -> bool:
    column = finding.subject.stream, finding.subject.column
    return any(
        (other.subject.stream, other.subject.column) == column
        and other.start <= finding.end
        and finding.start <= other.end
        for other in broken
    )
