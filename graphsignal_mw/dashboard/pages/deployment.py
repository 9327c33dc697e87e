"""One deployment: its issues, its traffic, its quality and all of its columns."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsignal_mw.dashboard.charts import Chart, Span, annotated
from graphsignal_mw.dashboard.column_rows import ColumnRow, column_row
from graphsignal_mw.dashboard.lens import Lens, look, title_of
from graphsignal_mw.dashboard.pages.deployments import is_late
from graphsignal_mw.dashboard.period import PRESETS
from graphsignal_mw.dashboard.site import HEADERS, Site
from graphsignal_mw.dashboard.tracks import before, spark_grid, tracks_of
from graphsignal_mw.dashboard.traffic import (
    cards,
    counter_buckets,
    failures_chart,
    latency_chart,
    metric_rows,
    performance_chart,
    traffic_chart,
)
from graphsignal_mw.store import Issue

_FAMILIES = {"traffic": ("volume", "coverage")}
Charts = dict[str, Callable[[], Chart]]
_SEGMENTS_SHOWN = 12


def deployment_page(site: Site, request: Request) -> Response:
    """Answer ``GET /deployments/{deployment}``; with ``json=<chart>`` only that chart, as JSON."""
    lens = look(site, request)
    charts = _charts(lens)
    if "json" in request.query_params:
        return chart_json(charts, request.query_params["json"])
    issues = lens.issues()
    totals = lens.store.totals(lens.project, lens.name, lens.period.start, lens.period.end, version=lens.version)
    return site.render(
        request,
        "deployment.html",
        lens=lens,
        now=lens.now,
        presets=list(PRESETS),
        issues=issues,
        title_of=title_of,
        late=is_late(lens.deployment, lens.now),
        cards=cards(totals.counters, totals.latency),
        charts=[build() for build in charts.values()],
        columns=column_rows(lens, issues),
        exceptions=lens.store.exceptions(lens.project, lens.name, lens.period.start, lens.period.end),
        performance=segment_metrics(lens),
        versions=versions(lens),
        segments=segments(lens),
    )


def chart_json(charts: Charts, name: str) -> Response:
    """Answer with one chart as JSON.

    Raises:
        ValueError: there is no chart of that name here.

    """
    if name not in charts:
        raise ValueError(f"json: {name!r} is not one of {', '.join(charts)}")
    return JSONResponse(charts[name]().to_json(), headers=HEADERS)


def versions(lens: Lens) -> list[str]:
    """Return the versions that a filter offers."""
    found = lens.store.versions(lens.project, lens.name, lens.period.start, lens.period.end)
    return sorted(filter(None, {*found, lens.version}))


def segments(lens: Lens) -> list[str]:
    """Return the segments that a filter offers."""
    found = lens.store.segments(lens.project, lens.name, lens.period.start, lens.period.end)
    return sorted(filter(None, {*found, lens.segment}))


def column_rows(lens: Lens, issues: list[Issue]) -> list[ColumnRow]:
    """Summarise every column of the range, features first."""
    past = before(lens, lens.period.before())
    return [
        column_row(*key, track, before=past.get(key), issues=issues)
        for key, track in tracks_of(lens, spark_grid(lens)).items()
    ]


def segment_metrics(lens: Lens) -> list[tuple[str, dict[str, str]]]:
    """Metrics over the range: of everything first, then of each segment."""
    period = lens.period
    wanted = ["", *segments(lens)[:_SEGMENTS_SHOWN]]
    if lens.segment and lens.segment not in wanted:
        wanted.append(lens.segment)
    found = [
        (
            name or "All",
            dict(metric_rows(lens.store.performance(lens.project, lens.name, period.start, period.end, segment=name))),
        )
        for name in wanted
    ]
    return [(name, metrics) for name, metrics in found if metrics]


def spans_of(lens: Lens, chart: str, issues: list[Issue]) -> list[Span]:
    """Return the issues that this chart is about: all of them would hide it."""
    families = _FAMILIES.get(chart, (chart,))
    return lens.spans([issue for issue in issues if issue.family.replace("_", " ") in families])


def _charts(lens: Lens) -> Charts:
    issues, markers = lens.issues(), lens.markers()

    def counted(build: Callable[..., Chart]) -> Chart:
        return build(lens, counter_buckets(lens))

    builders: Charts = {
        "traffic": partial(counted, traffic_chart),
        "latency": partial(latency_chart, lens),
        "exceptions": partial(counted, failures_chart),
        "performance": partial(performance_chart, lens),
    }
    return {name: partial(annotated, build, spans_of(lens, name, issues), markers) for name, build in builders.items()}
