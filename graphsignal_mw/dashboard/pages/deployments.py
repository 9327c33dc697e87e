"""The first page: which deployments there are, and what is wrong with them now."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from graphsignal_mw.dashboard.buckets import silence_as_zero, summed
from graphsignal_mw.dashboard.formats import count, span
from graphsignal_mw.dashboard.lens import title_of, worst_first
from graphsignal_mw.dashboard.period import DAY, HOUR, Period
from graphsignal_mw.dashboard.site import ACTIVE, Site
from graphsignal_mw.dashboard.sparkline import Sparkline, sparkline
from graphsignal_mw.store import Deployment, Issue

LEARNING = 7 * DAY


@dataclass(frozen=True, kw_only=True)
class DeploymentRow:
    """One deployment. ``status`` is a severity, ``late`` or ``ok``; ``worst`` the issue that made it so."""

    deployment: Deployment
    status: str
    worst: Issue | None
    headline: str
    issues: int
    is_late: bool
    learning: str
    spark: Sparkline
    traffic: str
    traffic_unit: str


def deployments_page(site: Site, request: Request) -> Response:
    """Answer ``GET /``."""
    now = site.clock()
    issues = worst_first([i for i in site.store.issues(site.project) if i.state in ACTIVE])
    rows = [_row(site, d, issues, now) for d in site.store.deployments(site.project)]
    rows.sort(key=lambda row: (_RANK[row.status], row.deployment.name))
    return site.render(
        request,
        "deployments.html" if rows else "welcome.html",
        rows=rows,
        issues=issues,
        title_of=title_of,
        troubled=sum(1 for row in rows if row.issues),
        silent=sum(1 for row in rows if row.is_late),
        now=now,
    )


_RANK = {"high": 0, "medium": 1, "low": 2, "late": 3, "ok": 4}


def _row(site: Site, deployment: Deployment, issues: Sequence[Issue], now: float) -> DeploymentRow:
    own = [issue for issue in issues if issue.deployment == deployment.name]
    late = is_late(deployment, now)
    values, unit = _traffic(site, deployment, now)
    return DeploymentRow(
        deployment=deployment,
        status=own[0].severity if own else "late" if late else "ok",
        worst=own[0] if own else None,
        headline=_headline(own, late=late),
        issues=len(own),
        is_late=late,
        learning=_learning(deployment),
        spark=sparkline(values, f"{unit} of the last 24 h", zero=True),
        traffic=count(sum(v or 0 for v in values)),
        traffic_unit=unit.lower(),
    )


def is_late(deployment: Deployment, now: float) -> bool:
    """Whether nothing has come for three windows, and an hour at least."""
    return now - deployment.last_received > max(3 * deployment.window_seconds, HOUR)


def _headline(issues: Sequence[Issue], *, late: bool) -> str:
    if issues:
        return title_of(issues[0])
    return "No data is arriving" if late else "Nothing unusual"


def _learning(deployment: Deployment) -> str:
    known = deployment.last_window - deployment.first_window + deployment.window_seconds
    return f"learning, {span(known)} of history" if known < LEARNING else ""


def _traffic(site: Site, deployment: Deployment, now: float) -> tuple[list[float | None], str]:
    period = Period(start=int(now) - DAY, end=int(now) + 1)
    windows = site.store.counter_series(site.project, deployment.name, period.start, period.end)
    grid = period.grid(max(deployment.window_seconds, HOUR // 2))
    buckets = silence_as_zero(summed(windows, grid))
    # A batch job makes predictions without requests.
    name = "requests" if any(c and c["requests"] for c in buckets) else "predictions"
    return [float(c[name]) if c is not None else None for c in buckets], name.capitalize()
