"""All columns by time, as a page of its own: it costs more than the rest and is fetched after it."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from graphsignal_mw.dashboard.column_rows import is_about
from graphsignal_mw.dashboard.heat import MEASURES, HeatRow, heat_cells, heat_row
from graphsignal_mw.dashboard.lens import Lens, look
from graphsignal_mw.dashboard.site import Site

_CELLS = 48


def heatmap_page(site: Site, request: Request) -> Response:
    """Answer ``GET /deployments/{deployment}/heatmap``; ``measure`` is ``shift`` or ``missing``."""
    lens = look(site, request)
    measure = request.query_params.get("measure") or MEASURES[0]
    if measure not in MEASURES:
        raise ValueError(f"measure: {measure!r} is not one of {', '.join(MEASURES)}")
    grid = _grid(lens)
    # Whole cells only: the first one begins before the range, which may be the longest that links can ask for.
    whole = replace(lens, period=replace(lens.period, start=grid[0]))
    return site.render(
        request,
        "heatmap.html",
        lens=lens,
        now=lens.now,
        measure=measure,
        measures=MEASURES,
        grid=grid,
        rows=_rows(whole, grid, measure),
    )


def _grid(lens: Lens) -> range:
    step = lens.step
    while len(lens.period.grid(step)) > _CELLS:
        step *= 2
    return lens.period.grid(step)


def _rows(lens: Lens, grid: range, measure: str) -> list[HeatRow]:
    issues = lens.store.issues(lens.project, deployment=lens.name)
    return [
        heat_row(*key, grid, cells, lens.spans([issue for issue in issues if is_about(issue, *key)]))
        for key, cells in heat_cells(lens, grid, measure).items()
    ]
