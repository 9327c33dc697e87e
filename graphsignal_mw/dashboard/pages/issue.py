"""One issue: what happened, where it can be seen, and what a person does about it."""

from collections.abc import Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graphsignal_mw.dashboard.charts import Chart, annotated
from graphsignal_mw.dashboard.column_charts import missing_chart, values_chart
from graphsignal_mw.dashboard.lens import Lens, find, span_of, title_of
from graphsignal_mw.dashboard.pages.deployment import Charts, chart_json
from graphsignal_mw.dashboard.period import DAY, LONGEST, Period
from graphsignal_mw.dashboard.site import HEADERS, Site
from graphsignal_mw.dashboard.tracks import missing_shares, track
from graphsignal_mw.dashboard.traffic import (
    counter_buckets,
    failures_chart,
    latency_chart,
    performance_chart,
    traffic_chart,
)
from graphsignal_mw.dashboard.viewer import viewer_of
from graphsignal_mw.store import Issue, IssueEvent

ACTIONS = ("acknowledge", "mute", "resolve", "accept")
_EVENTS = {
    "open": "Opened",
    "reopen": "Opened anew",
    "acknowledge": "Acknowledged",
    "mute": "Muted",
    "resolve": "Resolved",
    "accept": "Accepted as normal",
}
_SHOWN = 4


def issue_page(site: Site, request: Request) -> Response:
    """Answer ``GET /issues/{id}``; with ``json=<chart>`` only that chart, as JSON."""
    issue_id = int(request.path_params["id"])
    issue = site.store.issue(site.project, issue_id)
    lens = lens_of(site, issue)
    charts = _charts(lens, issue)
    if "json" in request.query_params:
        return chart_json(charts, request.query_params["json"])
    return site.render(
        request,
        "issue.html",
        issue=issue,
        title=title_of(issue),
        lens=lens,
        now=lens.now,
        events=timeline(issue, site.store.issue_events(site.project, issue_id)),
        actions=actions(issue) if viewer_of(request).may("edit") else [],
        charts=[build() for build in charts.values()],
    )


def act(site: Site, request: Request) -> Response:
    """Answer ``POST /issues/{id}/{action}``: do it and go back to the issue."""
    issue, action = request.path_params["id"], request.path_params["action"]
    if action not in ACTIONS:
        raise ValueError(f"action: {action!r} is not one of {', '.join(ACTIONS)}")
    site.store.set_issue_state(site.project, issue, action, viewer_of(request).name)
    return RedirectResponse(site.path("issues", str(issue)), 303, HEADERS)


def lens_of(site: Site, issue: Issue) -> Lens:
    """Look at the issue from three days before it opened until it ended, a third of its length later at most."""
    now = site.clock()
    span = span_of(issue, now)
    after = max(DAY // 4, (span.end - span.start) // 3)
    end = min(int(now) + 1, span.end + after)
    period = Period(start=max(issue.opened - 3 * DAY, end - LONGEST), end=end)
    return Lens(
        store=site.store,
        project=site.project,
        base=site.base,
        deployment=find(site, issue.deployment),
        period=period,
        now=now,
    )


def actions(issue: Issue) -> list[tuple[str, str, str]]:
    """Return (action, button, what it does) for what can be done in the state that ``issue`` is in."""
    offered = {
        "acknowledge": ("Acknowledge", "Someone is looking at it; no more alerts."),
        "mute": ("Mute", "Not of interest; stay silent until it is over."),
        "resolve": ("Resolve", "It is repaired; it opens anew if it comes back."),
        "accept": ("Accept as the new normal", "It is right as it is now; compare with this from here on."),
    }
    hidden = {"open": set[str](), "acknowledged": {"acknowledge"}, "muted": {"mute"}}.get(issue.state, set(ACTIONS))
    return [(key, *text) for key, text in offered.items() if key not in hidden]


def timeline(issue: Issue, events: Sequence[IssueEvent]) -> list[tuple[float, str, str]]:
    """Return (Unix seconds, what happened, tone) in the order of time."""
    found = [(float(issue.opened), f"Began, {issue.severity} severity", issue.severity)]
    found += [(event.at, _said(event), "ok" if event.action in {"resolve", "accept"} else "plain") for event in events]
    if issue.updated > issue.opened:
        found.append((float(issue.updated), "Last window that shows it", "plain"))
    if issue.resolved is not None and not any(event.action in {"resolve", "accept"} for event in events):
        found.append((float(issue.resolved), "Over", "ok"))
    return sorted(found, key=lambda event: event[0])


def _said(event: IssueEvent) -> str:
    return f"{_EVENTS.get(event.action, event.action.capitalize())} by {event.actor}"


def _charts(lens: Lens, issue: Issue) -> Charts:
    builders = _column_charts(lens, issue) or _family_charts(lens, issue)
    spans = [span_of(issue, lens.now)]
    return {name: partial(annotated, build, spans) for name, build in builders.items()}


def _column_charts(lens: Lens, issue: Issue) -> Charts:
    keys = [(str(c["stream"]), str(c["name"])) for c in issue.columns[:_SHOWN]]
    return {f"{stream}.{name}": partial(_column_chart, lens, stream, name) for stream, name in keys}


def _column_chart(lens: Lens, stream: str, name: str) -> Chart:
    found = track(lens, stream, name)
    missing = [share for share in missing_shares(found) if share is not None]
    # Where values vanish, that is what is to be seen; what is left of them is not.
    chart = missing_chart if max(missing, default=0.0) - min(missing, default=0.0) > 0.3 else values_chart
    return chart(lens, name, found).renamed(f"{stream}.{name}")


def _family_charts(lens: Lens, issue: Issue) -> Charts:
    buckets = counter_buckets(lens)
    families: dict[str, Charts] = {
        "exceptions": {"exceptions": partial(failures_chart, lens, buckets)},
        "latency": {"latency": partial(latency_chart, lens)},
        "performance": {"performance": partial(performance_chart, lens)},
    }
    return families.get(issue.family, {"traffic": partial(traffic_chart, lens, buckets)})
