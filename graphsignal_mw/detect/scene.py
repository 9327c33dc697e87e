"""What is known around an episode: the tests, the windows, and what the columns looked like before."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graphsignal_mw.detect.baseline import Baseline, Baselines, windows_of
from graphsignal_mw.detect.counts import History
from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.level import TRAILING_DAYS
from graphsignal_mw.detect.life import Episode
from graphsignal_mw.detect.memory import Key
from graphsignal_mw.detect.reference import Reference
from graphsignal_mw.detect.sketches import Sketches
from graphsignal_mw.detect.trace import Trace
from graphsignal_mw.stats import Column


@dataclass(frozen=True, eq=False)
class Measured:
    """A series over a whole episode: ``observed`` and ``expected`` in its own unit, ``effect`` in Cohen's w, signed."""

    observed: float
    expected: float
    effect: float
    rows: int


@dataclass(frozen=True, eq=False)
class Scene:
    """Windows, tests of single steps (``finest``), baselines and bins of a deployment; ``history`` has no sketches."""

    history: History
    grid: Grid
    finest: Trace
    baselines: Baselines
    references: Mapping[Key, Reference | None]
    sketches: Sketches

    def span(self, episode: Episode) -> tuple[int, int]:
        """Return the start and the end of an episode, Unix seconds."""
        return self.grid.moment(episode.opened), self.grid.moment(episode.updated + 1)

    def days_before(self, episode: Episode) -> int:
        """Return how many days an episode was compared with."""
        return min(TRAILING_DAYS, episode.opened // self.grid.per_day)

    def before(self, finding: Finding) -> Baseline:
        """Return what the column of a finding looked like before."""
        return self.baselines.of((finding.subject.stream, finding.subject.column))

    def columns(self, finding: Finding, episode: Episode) -> list[Column]:
        """Return the windows of the finding's column during the episode."""
        return windows_of(self.history, finding.subject.stream, finding.subject.column, self.span(episode))

    def sketched(self, finding: Finding, episode: Episode) -> list[Column]:
        """Return the sketches of the finding's column that are left of the episode."""
        found = self.sketches(finding.subject.stream, finding.subject.column, *self.span(episode))
        return [each.column for each in found]

    def exceptions(self, episode: Episode) -> Counter[str]:
        """Return how often each type of exception came during the episode."""
        start, end = self.span(episode)
        found: Counter[str] = Counter()
        for bucket, stats in self.history:
            if start <= bucket < end:
                for kind in stats.exceptions.kinds.values():
                    found[kind.type] += kind.count
        return found

    def measure(self, finding: Finding, episode: Episode) -> Measured:
        """Return the finding's series over the episode."""
        trace, index = self.finest, finding.index
        inside = (trace.ends >= episode.opened) & (trace.ends <= episode.updated)
        rows = trace.rows[inside, index]
        total = float(rows.sum())
        if not total:
            return Measured(finding.observed, finding.expected, finding.effect, int(finding.rows))
        observed = float(rows @ trace.observed[inside, index]) / total
        effect = float(rows @ trace.deviation[inside, index]) / total
        unit = finding.series.scale
        return Measured(observed * unit, (observed - effect) * unit, effect, int(np.rint(total)))
