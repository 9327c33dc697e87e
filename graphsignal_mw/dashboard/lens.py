"""What a page looks at, as its URL says: a deployment, a range, and perhaps one version and one segment."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from graphsignal_mw.dashboard.charts import Marker, Span
from graphsignal_mw.dashboard.period import Period, parse_period
from graphsignal_mw.dashboard.site import ACTIVE, Site
from graphsignal_mw.dashboard.templating import path
from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import Deployment, Issue, Store


@dataclass(frozen=True, kw_only=True)
class Lens:
    """One deployment seen through a range and filters; ``now`` is Unix seconds.

    ``base`` begins the addresses of the project's pages.
    """

    store: Store
    project: str
    base: str
    deployment: Deployment
    period: Period
    now: float
    version: str | None = None
    segment: str | None = None

    @property
    def name(self) -> str:
        """Name of the deployment."""
        return self.deployment.name

    @property
    def step(self) -> int:
        """Seconds between two points of a chart."""
        return self.period.step(self.deployment.window_seconds)

    @property
    def grid(self) -> range:
        """Starts of the buckets of a chart."""
        return self.period.grid(self.step)

    @property
    def query(self) -> dict[str, str | None]:
        """Parameters of the URL that give this view again."""
        return {**self.period.query, "version": self.version, "segment": self.segment}

    def link(self, *parts: str, **changes: str | None) -> str:
        """Address of this deployment, or of a part of it, seen through the same lens but for ``changes``."""
        return self.base + path("deployments", self.name, *parts, query={**self.query, **changes})

    def issues(self) -> list[Issue]:
        """Issues of this deployment that are not over, the worst first."""
        found = self.store.issues(self.project, deployment=self.name)
        return worst_first([issue for issue in found if issue.state in ACTIVE])

    def spans(self, issues: Sequence[Issue]) -> list[Span]:
        """Stretches of time of ``issues``, to be shaded in a chart."""
        return [span_of(issue, self.now) for issue in issues]

    def markers(self) -> list[Marker]:
        """Releases and the like within the range."""
        found = self.store.markers(self.project, self.name, self.period.start, self.period.end)
        return [Marker(at=int(marker.at), label=marker.text) for marker in found]


def look(site: Site, request: Request) -> Lens:
    """Read the lens of ``request``.

    Raises:
        UnknownNameError: there is no such deployment.
        ValueError: the range cannot be read.

    """
    now, deployment = site.clock(), find(site, request.path_params["deployment"])
    return Lens(
        store=site.store,
        project=site.project,
        base=site.base,
        deployment=deployment,
        period=parse_period(request.query_params, now).aligned(deployment.window_seconds),
        now=now,
        version=request.query_params.get("version") or None,
        segment=request.query_params.get("segment") or None,
    )


def find(site: Site, name: str) -> Deployment:
    """Return the deployment that is, or once was, called ``name``, or raise UnknownNameError."""
    try:
        return site.store.deployment(site.project, name)
    except UnknownNameError:
        raise UnknownNameError(f"There is no deployment {name!r}.") from None


def span_of(issue: Issue, now: float) -> Span:
    """When ``issue`` was, until now if it still is."""
    end = issue.resolved if issue.resolved is not None else int(now)
    return Span(start=issue.opened, end=max(end, issue.opened + 1), label=title_of(issue), severity=issue.severity)


def title_of(issue: Issue) -> str:
    """Name an issue in a few words: what kind, and in which columns."""
    names = [str(column["name"]) for column in issue.columns]
    family = issue.family.replace("_", " ").replace("-", " ").capitalize()
    if not names:
        return family
    return f"{family} in {listed(names)}"


def listed(names: Sequence[str]) -> str:
    """Join names as one says them: ``a``, ``a and b``, ``a, b, c and 2 more``."""
    shown = [*names[:3], f"{len(names) - 3} more"] if len(names) > 4 else list(names)
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def worst_first(issues: Sequence[Issue]) -> list[Issue]:
    """Order by severity, then by age, the newest first."""
    rank = {"high": 0, "medium": 1, "low": 2}
    return sorted(issues, key=lambda issue: (rank.get(issue.severity, 3), -issue.opened))
