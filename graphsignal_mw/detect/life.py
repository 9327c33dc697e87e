"""The life of an issue: flags of one family are merged while they go on, and it is over when all is calm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.grid import HOUR, Grid
from graphsignal_mw.detect.layout import Layout, Subject
from graphsignal_mw.detect.onset import onset_of
from graphsignal_mw.detect.trace import Trace

MERGE_SECONDS = 6 * HOUR
CALM_SECONDS = HOUR
CALM_WINDOWS = 3


@dataclass
class Episode:
    """An issue in the making: what it is about, from when to when. All times are steps.

    ``opened`` is where it began, ``updated`` the last step that shows it, ``resolved`` the first step after it had
    been calm for long enough.
    """

    family: str
    opened: int
    updated: int
    resolved: int | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def subjects(self) -> dict[Subject, list[Finding]]:
        """Findings by subject, those that were flagged first before the others."""
        found: dict[Subject, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.subject, []).append(finding)
        return found

    def add(self, finding: Finding) -> None:
        """Let it go on. Long windows still show what has ended, so the shortest that flag a subject tell how long."""
        self.findings.append(finding)
        finest = min(f.scale for f in self.subjects[finding.subject])
        if finding.scale == finest:
            self.updated = max(self.updated, finding.end)
        self.resolved = None

    def is_echo(self, finding: Finding) -> bool:
        """Whether a window is flagged only because it still contains this episode."""
        return finding.start <= self.updated and finding.subject in self.subjects


class Lives:
    """Makes episodes of findings. ``traces`` are the tests of each scale, the finest first."""

    def __init__(self, grid: Grid, layout: Layout, traces: Sequence[Trace]) -> None:
        self._layout = layout
        self._traces = traces
        self._merge = MERGE_SECONDS // grid.step
        self._calm = max(CALM_WINDOWS, CALM_SECONDS // grid.step)

    def episodes(self, findings: Iterable[Finding]) -> list[Episode]:
        """Return the episodes of all families in order of time."""
        found: list[Episode] = []
        for _, group in groupby(sorted(findings, key=lambda f: f.subject.family), key=lambda f: f.subject.family):
            found += self._of_family(list(group))
        return sorted(found, key=lambda e: (e.opened, e.family))

    def _of_family(self, findings: Sequence[Finding]) -> list[Episode]:
        by_end: dict[int, list[Finding]] = {}
        for finding in sorted(findings, key=lambda f: (f.end, f.scale, f.p, f.index)):
            by_end.setdefault(finding.end, []).append(finding)
        episodes: list[Episode] = []
        for step in self._traces[0].ends.tolist():
            if episodes and episodes[-1].resolved is None and self._is_over(episodes[-1], step):
                episodes[-1].resolved = step + 1
            for finding in by_end.get(step, ()):
                self._place(episodes, finding)
        return episodes

    def _place(self, episodes: list[Episode], finding: Finding) -> None:
        last = episodes[-1] if episodes else None
        if last is not None and last.resolved is not None and last.is_echo(finding):
            return
        if last is not None and (last.resolved is None or finding.start - last.updated < self._merge):
            last.add(finding)
            return
        opened = onset_of(finding, self._traces[0])
        if last is not None:
            opened = max(opened, last.updated + 1)
        episodes.append(Episode(finding.subject.family, opened, finding.end, findings=[finding]))

    def _is_over(self, episode: Episode, step: int) -> bool:
        return all(self._is_calm(findings, step, episode) for findings in episode.subjects.values())

    def _is_calm(self, findings: Sequence[Finding], step: int, episode: Episode) -> bool:
        """Whether windows after the episode show that what was found at its surest is gone."""
        lead = min(findings, key=lambda f: (f.scale, f.p))
        rows = self._calm * self._traces[0].mean_rows(lead.index, episode.opened, episode.updated)
        return any(self._shows_calm(trace, lead, step, episode.updated, rows) for trace in self._traces)

    def _shows_calm(self, trace: Trace, lead: Finding, step: int, after: int, rows: float) -> bool:
        """Whether windows that end with ``step`` are calm, and have as many ``rows`` as it takes to say so.

        Nights of few rows that happen to be unlike the day prove nothing; a whole day is always enough.
        """
        window = trace.at(step)
        needed = -(-self._calm // trace.scale.length)
        windows = [] if window is None else trace.latest(window, lead.index, needed, after)
        if len(windows) < needed or windows[-1] != window:
            return False
        if trace is not self._traces[-1] and trace.rows[windows, lead.index].sum() < rows:
            return False
        subject = self._layout.series_of(lead.series.subject)
        return all(trace.excludes(each, lead, subject) for each in windows)
