"""One column: what it looks like now, what it looked like before, and how it came there."""

from collections.abc import Collection
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from graphsignal_mw.dashboard.charts import annotated
from graphsignal_mw.dashboard.column_charts import missing_chart, rows_chart, track, values_chart
from graphsignal_mw.dashboard.columns import frequent_rows, kind_of, names, statistics
from graphsignal_mw.dashboard.facets import FacetRow, facet_row, facets_of, kind_by_facets, origin, telling
from graphsignal_mw.dashboard.histogram import histogram
from graphsignal_mw.dashboard.lens import Lens, look, title_of, worst_first
from graphsignal_mw.dashboard.pages.deployment import Charts, chart_json, versions
from graphsignal_mw.dashboard.period import PRESETS, Period
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.dashboard.site import Site
from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.facets import facet_name
from graphsignal_mw.store import Issue

STREAMS = ("features", "predictions")


def column_page(site: Site, request: Request) -> Response:
    """Answer ``GET /deployments/{deployment}/columns/{stream}/{column}``; ``json=<chart>`` gives one chart."""
    lens = look(site, request)
    stream, name = request.path_params["stream"], request.path_params["column"]
    before = _profile(lens, stream, name, lens.period.before(), version=None)
    column = _profile(lens, stream, name, lens.period, version=lens.version)
    _check(stream, name, column if column is not None else before)
    now = column if column is not None else Column()
    facets = _facets(lens, stream, name, now)
    issues = _issues(lens, stream, {name, *(facet.name for facet in facets)})
    shown = telling(now, facets)
    charts = _charts(lens, stream, name, now, shown, issues)
    if "json" in request.query_params:
        return chart_json(charts, request.query_params["json"])
    moved = Reference(before).shift(now) if before is not None else None
    moved = shown.shift if shown is not None else moved
    return site.render(
        request,
        "column.html",
        lens=lens,
        now=lens.now,
        presets=list(PRESETS),
        stream=stream,
        name=name,
        kind=kind_by_facets(facets) or kind_of(now),
        facets=facets,
        origin=origin(name),
        before_period=lens.period.before(),
        shift=moved,
        drift=level(moved),
        statistics=statistics(now, before),
        histogram=histogram(now, before),
        frequent=frequent_rows(now, before),
        issues=issues,
        title_of=title_of,
        charts=[build() for build in charts.values()],
        versions=versions(lens),
    )


def _profile(lens: Lens, stream: str, name: str, period: Period, *, version: str | None) -> Column | None:
    found = lens.store.columns(
        lens.project, lens.name, period.start, period.end, version=version, stream=stream, name=name
    )
    return found[0][2] if found else None


def _facets(lens: Lens, stream: str, name: str, column: Column) -> list[FacetRow]:
    rows = []
    for facet in facets_of(column):
        full = facet_name(name, facet)
        now = _profile(lens, stream, full, lens.period, version=lens.version)
        if now is not None:
            rows.append(facet_row(full, facet, now, _profile(lens, stream, full, lens.period.before(), version=None)))
    return rows


def _check(stream: str, name: str, column: Column | None) -> None:
    if stream not in STREAMS:
        raise UnknownNameError(f"{stream!r} is not a stream; there are {' and '.join(STREAMS)}.")
    if column is None:
        raise UnknownNameError(f"There is no column {name!r} among the {stream} of this range, nor before it.")


def _issues(lens: Lens, stream: str, about: Collection[str]) -> list[Issue]:
    found = lens.store.issues(lens.project, deployment=lens.name)
    return worst_first([i for i in found if any(names(c, stream, name) for c in i.columns for name in about)])


def _charts(lens: Lens, stream: str, name: str, now: Column, shown: FacetRow | None, issues: list[Issue]) -> Charts:
    columns = track(lens, stream, name)
    values = partial(values_chart, lens, name, now, columns)
    if shown is not None:
        values = partial(values_chart, lens, shown.name, shown.column, track(lens, stream, shown.name))
    builders: Charts = {
        "values": values,
        "missing": partial(missing_chart, lens, name, columns),
        "rows": partial(rows_chart, lens, columns),
    }
    spans, markers = lens.spans(issues), lens.markers()
    return {key: partial(annotated, build, spans, markers) for key, build in builders.items()}
