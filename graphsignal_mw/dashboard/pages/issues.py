"""All issues, filtered by state and deployment."""

from starlette.requests import Request
from starlette.responses import Response

from graphsignal_mw.dashboard.lens import title_of, worst_first
from graphsignal_mw.dashboard.site import ACTIVE, Site
from graphsignal_mw.store import Issue

STATES = ("active", "open", "acknowledged", "muted", "resolved", "all")


def issues_page(site: Site, request: Request) -> Response:
    """Answer ``GET /issues``; ``state`` is one of :data:`STATES`, by default ``active``."""
    state = request.query_params.get("state") or STATES[0]
    if state not in STATES:
        raise ValueError(f"state: {state!r} is not one of {', '.join(STATES)}")
    deployment = request.query_params.get("deployment") or None
    found = site.store.issues(site.project, deployment=deployment)
    return site.render(
        request,
        "issues.html",
        issues=ordered([issue for issue in found if matches(issue, state)]),
        counts={each: sum(matches(issue, each) for issue in found) for each in STATES},
        states=STATES,
        state=state,
        deployment=deployment,
        deployments=sorted(d.name for d in site.store.deployments(site.project)),
        title_of=title_of,
        now=site.clock(),
    )


def matches(issue: Issue, state: str) -> bool:
    """Whether ``issue`` is in ``state``; ``active`` is open or acknowledged."""
    return state in {"all", issue.state} or (state == "active" and issue.state in ACTIVE)


def ordered(issues: list[Issue]) -> list[Issue]:
    """Put what is not over first, the worst first; then the rest, the latest first."""
    active = worst_first([i for i in issues if i.state in ACTIVE])
    over = [i for i in issues if i.state not in ACTIVE]
    return [*active, *sorted(over, key=lambda i: -i.updated)]
