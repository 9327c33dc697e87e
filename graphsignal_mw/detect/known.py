"""Issues of earlier evaluations: their times are no example of what is normal, and they keep their identity."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphsignal_mw.detect.baseline import Span
from graphsignal_mw.detect.findings import ColumnFinding, DetectedIssue, KnownIssue
from graphsignal_mw.detect.layout import Layout, Subject
from graphsignal_mw.detect.life import MERGE_SECONDS
from graphsignal_mw.detect.memory import Key
from graphsignal_mw.detect.walk import Walk

ACCEPT = "accept"


class Known:
    """What was found before. ``window_seconds`` is the width of a window, ``now`` Unix seconds."""

    def __init__(self, issues: Sequence[KnownIssue], window_seconds: int, now: float) -> None:
        self._now = int(now)
        self._window = window_seconds
        self._issues = sorted(issues, key=lambda issue: (issue.opened, issue.family))
        self._accepted = [issue for issue in self._issues if issue.decision == ACCEPT]
        self._wrong = [issue for issue in self._issues if issue.decision != ACCEPT]

    def spans(self) -> dict[Key, list[Span]]:
        """Return the times in which something was wrong, by column."""
        found: defaultdict[Key, list[Span]] = defaultdict(list)
        for issue in self._wrong:
            for key in _keys(issue):
                found[key].append(self._span(issue))
        return found

    def exclude_from(self, walk: Walk) -> None:
        """Leave out of the level what was wrong, and for what was accepted as normal all that was before it."""
        for issue in self._wrong:
            start, end = self._span(issue)
            walk.exclude(walk.grid.index(start), walk.grid.index(end), _subjects(issue, walk.layout))
        for issue in self._accepted:
            until = walk.grid.index(max(issue.decided_at or 0.0, walk.grid.start))
            walk.restart(walk.grid.index(issue.opened), until, _subjects(issue, walk.layout))

    def settle(self, found: Sequence[DetectedIssue], first: int, last: int) -> list[DetectedIssue]:
        """Give ``found`` the identity of what was known of it; what is known, open and not found any more is over.

        What opened before ``first`` and is not known is dropped: it was found when it was younger. ``last`` is the
        start of the last window with data. Both are Unix seconds.
        """
        named: list[DetectedIssue] = []
        taken: set[int] = set()
        for issue in found:
            index = next((i for i, known in enumerate(self._wrong) if i not in taken and _is_same(known, issue)), None)
            if index is not None:
                taken.add(index)
                named.append(replace(issue, opened=self._wrong[index].opened))
            elif issue.opened >= first:
                named.append(issue)
        rest = [known for index, known in enumerate(self._wrong) if index not in taken and known.resolved is None]
        gone = [self._ended(known) for known in rest if last > known.updated + self._window]
        return sorted([*named, *gone], key=lambda issue: (issue.opened, issue.family))

    def _span(self, issue: KnownIssue) -> Span:
        end = self._now if issue.resolved is None else issue.updated
        return issue.opened, end + self._window

    def _ended(self, issue: KnownIssue) -> DetectedIssue:
        return DetectedIssue(
            family=issue.family,
            severity=issue.severity,
            columns=tuple(_column(column) for column in issue.columns),
            opened=issue.opened,
            updated=issue.updated,
            resolved=self._now,
            explanation=issue.explanation,
            evidence=issue.evidence,
        )


def _is_same(known: KnownIssue, found: DetectedIssue) -> bool:
    begins = found.opened <= known.updated + MERGE_SECONDS
    return known.family == found.family and begins and found.updated + MERGE_SECONDS >= known.opened


def _keys(issue: KnownIssue) -> list[Key]:
    return [(str(column["stream"]), str(column["name"])) for column in issue.columns]


def _subjects(issue: KnownIssue, layout: Layout) -> set[Subject]:
    keys = set(_keys(issue))
    if not keys:
        return {subject for subject in layout.subjects if subject.family == issue.family}
    return {subject for subject in layout.subjects if (subject.stream, subject.column) in keys}


def _column(found: Mapping[str, Any]) -> ColumnFinding:
    effect = found.get("effect")
    return ColumnFinding(
        stream=str(found.get("stream", "")),
        name=str(found.get("name", "")),
        effect=float(effect) if isinstance(effect, (int, float)) else 0.0,
        explanation=str(found.get("explanation", "")),
    )
