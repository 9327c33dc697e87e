"""From the windows of a deployment to its issues."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphsignal_mw.detect.baseline import Baselines, Span
from graphsignal_mw.detect.bins import Bins
from graphsignal_mw.detect.counts import History
from graphsignal_mw.detect.edges import references
from graphsignal_mw.detect.findings import DetectedIssue, KnownIssue
from graphsignal_mw.detect.grid import DAY, Grid
from graphsignal_mw.detect.known import Known
from graphsignal_mw.detect.life import Lives
from graphsignal_mw.detect.memory import Memory
from graphsignal_mw.detect.panel import blocks
from graphsignal_mw.detect.report import report
from graphsignal_mw.detect.scene import Scene
from graphsignal_mw.detect.series import Source, make_panels
from graphsignal_mw.detect.sketches import Sketches, held_by
from graphsignal_mw.detect.validity import broken_first
from graphsignal_mw.detect.walk import Walk

REPORTED_DAYS = 7
TESTED_DAYS = REPORTED_DAYS + 1  # so that what begins before is seen to begin before
BASELINE_DAYS = 28
_CELLS = 600_000  # of one block of series: bounds the memory


@dataclass(frozen=True)
class _Plan:
    """Which steps are compared with (``baseline``), which days are tested (from ``tested`` on), and until when."""

    grid: Grid
    tested: int
    until: int

    @property
    def baseline(self) -> slice:
        """Steps of the baseline."""
        return slice(max(0, self.tested - BASELINE_DAYS) * self.grid.per_day, self.tested * self.grid.per_day)

    @property
    def reported(self) -> int:
        """Since when issues that begin are reported, Unix seconds: the first day cannot tell where they began."""
        begun = self.tested + 1 if self.grid.days > TESTED_DAYS else self.tested
        return self.grid.moment(begun * self.grid.per_day)

    @property
    def span(self) -> Span:
        """Baseline in Unix seconds."""
        return self.grid.moment(self.baseline.start), self.grid.moment(self.baseline.stop)


def evaluate(
    history: History,
    *,
    window_seconds: int,
    now: float,
    previous: Sequence[KnownIssue] = (),
    sketches: Sketches | None = None,
    memory: Memory | None = None,
) -> list[DetectedIssue]:
    """Return the issues of the last seven days, open and resolved ones, and what became of open ``previous`` ones.

    ``history`` are (start of window, statistics), ascending, up to 35 days of them, versions merged; windows that are
    not there have no data, and those that are not over at ``now`` (Unix seconds) are not looked at. Their columns need
    no sketches where ``sketches`` finds them. The same arguments give the same issues. ``memory`` may be kept for the
    next evaluation of the same deployment: bins stay frozen, and what was counted needs no sketch any more.
    """
    first = (int(now) // DAY - BASELINE_DAYS - TESTED_DAYS) * DAY
    used = [(bucket, stats) for bucket, stats in history if first <= bucket <= now - window_seconds]
    plan = _plan(used, window_seconds, now)
    if plan is None:
        return []
    known = Known(previous, window_seconds, now)
    find = sketches or held_by(used, window_seconds)
    baselines = Baselines(used, plan.span, known.spans(), find)
    bins = Bins(used, plan.grid, window_seconds, find, memory or Memory())
    found = _issues(bins, plan, baselines, known)
    return known.settle(found, plan.reported, used[-1][0])


def _plan(history: History, window_seconds: int, now: float) -> _Plan | None:
    """Return what to test; None where there is no day to compare with."""
    if not history:
        return None
    grid = Grid.of(history[0][0], max(history[-1][0], int(now) - window_seconds), window_seconds)
    if grid.days < 2:
        return None
    return _Plan(grid, max(1, grid.days - TESTED_DAYS), grid.index(now))


def _issues(bins: Bins, plan: _Plan, baselines: Baselines, known: Known) -> list[DetectedIssue]:
    frozen = references(bins, baselines, plan.baseline)
    panels = blocks(list(make_panels(Source(bins, plan.baseline), frozen)), _CELLS)
    if not panels:
        return []
    walk = Walk(plan.grid, panels, plan.until)
    known.exclude_from(walk)
    walked = walk.run(plan.tested)
    scene = Scene(bins.history, plan.grid, walked.traces[0], baselines, frozen, bins.sketches)
    episodes = Lives(plan.grid, walked.layout, walked.traces).episodes(broken_first(walked.findings, scene))
    return [report(episode, scene) for episode in episodes]
