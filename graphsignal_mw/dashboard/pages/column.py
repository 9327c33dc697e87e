"""One column: what it looks like now, what it looked like before, and how it came there."""

from collections.abc import Collection, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from graphsignal_mw.dashboard.charts import annotated
from graphsignal_mw.dashboard.column_charts import missing_chart, rows_chart, values_chart
from graphsignal_mw.dashboard.column_rows import names
from graphsignal_mw.dashboard.columns import frequent_rows, kind_of, statistics
from graphsignal_mw.dashboard.facets import FacetRow, facet_row, kind_by_facets, origin, telling
from graphsignal_mw.dashboard.histogram import histogram
from graphsignal_mw.dashboard.lens import Lens, look, title_of, worst_first
from graphsignal_mw.dashboard.pages.deployment import Charts, chart_json, versions
from graphsignal_mw.dashboard.period import PRESETS, Period
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.dashboard.site import Site
from graphsignal_mw.dashboard.tracks import Key, before, nothing, tracks_of
from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS, facet_name
from graphsignal_mw.stats.outline import Outline
from graphsignal_mw.store import Issue

Outlines = Mapping[Key, Outline]
STREAMS = ("features", "predictions")


def column_page(site: Site, request: Request) -> Response:
    """Answer ``GET /deployments/{deployment}/columns/{stream}/{column}``; ``json=<chart>`` gives one chart."""
    lens = look(site, request)
    stream, name = request.path_params["stream"], request.path_params["column"]
    own, past_period = (stream, name), lens.period.before()
    keys = [own, *((stream, facet_name(name, facet)) for facet in (*TEXT_FACETS, *LIST_FACETS))]
    tracks, past = tracks_of(lens, lens.grid, keys), before(lens, past_period, keys)
    _check(own, {*tracks, *past})
    track, own_past = tracks.get(own, nothing(len(lens.grid))), past.get(own)
    now = track.complete(_sampled(lens, own, lens.period, lens.version))
    earlier = own_past.complete(_sampled(lens, own, past_period, None)) if own_past is not None else None
    facets = _facets(own, tracks, past)
    issues = _issues(lens, stream, {name, *(facet.name for facet in facets)})
    shown = telling(now, facets)
    charts = _charts(lens, name, track, shown, issues)
    if "json" in request.query_params:
        return chart_json(charts, request.query_params["json"])
    moved = Reference(own_past).shift(track) if own_past is not None else None
    moved = shown.shift if shown is not None else moved
    return site.render(
        request,
        "column.html",
        lens=lens,
        now=lens.now,
        presets=list(PRESETS),
        stream=stream,
        name=name,
        kind=kind_by_facets(facets) or kind_of(now.types),
        facets=facets,
        origin=origin(name),
        before_period=past_period,
        shift=moved,
        drift=level(moved),
        statistics=statistics(now, earlier),
        histogram=histogram(now, earlier),
        frequent=frequent_rows(track, own_past),
        issues=issues,
        title_of=title_of,
        charts=[build() for build in charts.values()],
        versions=versions(lens),
    )


def _sampled(lens: Lens, key: Key, period: Period, version: str | None) -> Column:
    return lens.store.sampled_column(lens.project, lens.name, *key, period.start, period.end, version)


def _facets(key: Key, tracks: Outlines, past: Outlines) -> list[FacetRow]:
    stream, name = key
    named = [(facet, facet_name(name, facet)) for facet in (*TEXT_FACETS, *LIST_FACETS)]
    return [
        facet_row(full, facet, tracks[stream, full], past.get((stream, full)))
        for facet, full in named
        if (stream, full) in tracks
    ]


def _check(key: Key, known: Collection[Key]) -> None:
    stream, name = key
    if stream not in STREAMS:
        raise UnknownNameError(f"{stream!r} is not a stream; there are {' and '.join(STREAMS)}.")
    if key not in known:
        raise UnknownNameError(f"There is no column {name!r} among the {stream} of this range, nor before it.")


def _issues(lens: Lens, stream: str, about: Collection[str]) -> list[Issue]:
    found = lens.store.issues(lens.project, deployment=lens.name)
    return worst_first([i for i in found if any(names(c, stream, name) for c in i.columns for name in about)])


def _charts(lens: Lens, name: str, track: Outline, shown: FacetRow | None, issues: list[Issue]) -> Charts:
    values = (shown.name, shown.track) if shown is not None else (name, track)
    builders: Charts = {
        "values": partial(values_chart, lens, *values),
        "missing": partial(missing_chart, lens, name, track),
        "rows": partial(rows_chart, lens, track),
    }
    spans, markers = lens.spans(issues), lens.markers()
    return {key: partial(annotated, build, spans, markers) for key, build in builders.items()}
