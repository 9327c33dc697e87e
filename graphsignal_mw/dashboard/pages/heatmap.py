"""All columns by time, as a page of its own: it costs more than the rest and is fetched after it."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from graphsignal_mw.dashboard.column_charts import track
from graphsignal_mw.dashboard.columns import is_about
from graphsignal_mw.dashboard.heat import MEASURES, Comparison, HeatRow, heat_row, missing_cell
from graphsignal_mw.dashboard.lens import Lens, look
from graphsignal_mw.dashboard.site import Site
from graphsignal_mw.store import Issue

_CELLS = 48


def heatmap_page(site: Site, request: Request) -> Response:
    """Answer ``GET /deployments/{deployment}/heatmap``; ``measure`` is ``shift`` or ``missing``."""
    lens = look(site, request)
    measure = request.query_params.get("measure") or MEASURES[0]
    if measure not in MEASURES:
        raise ValueError(f"measure: {measure!r} is not one of {', '.join(MEASURES)}")
    grid = _grid(lens)
    # Whole cells only: the first one begins before the range.
    lens = replace(lens, period=replace(lens.period, start=grid[0]))
    return site.render(
        request,
        "heatmap.html",
        lens=lens,
        now=lens.now,
        measure=measure,
        measures=MEASURES,
        grid=grid,
        rows=_rows(lens, grid, measure),
    )


def _grid(lens: Lens) -> range:
    step = lens.step
    while len(lens.period.grid(step)) > _CELLS:
        step *= 2
    return lens.period.grid(step)


def _rows(lens: Lens, grid: range, measure: str) -> list[HeatRow]:
    period = lens.period
    found = lens.store.columns(lens.project, lens.name, period.start, period.end, version=lens.version)
    issues = lens.store.issues(lens.project, deployment=lens.name)
    return [
        _row(lens, stream, name, grid, measure, [issue for issue in issues if is_about(issue, stream, name)])
        for stream, name in sorted((stream, name) for stream, name, _ in found)
    ]


def _row(lens: Lens, stream: str, name: str, grid: range, measure: str, issues: Sequence[Issue]) -> HeatRow:
    spans = lens.spans(issues)
    buckets = zip(grid, track(lens, stream, name, grid), strict=True)
    paint = missing_cell if measure == "missing" else _comparison(lens, stream, name, grid).cell
    return heat_row(
        stream, name, buckets, paint, lambda at: any(s.start < at + grid.step and at < s.end for s in spans)
    )


def _comparison(lens: Lens, stream: str, name: str, grid: range) -> Comparison:
    before = lens.period.before()
    past = lens.store.column_series(lens.project, lens.name, stream, name, before.start, before.end)
    return Comparison(past, grid.step)
