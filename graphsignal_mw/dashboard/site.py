"""What every page needs: the store, the clock, the templates, and the headers that keep a page safe."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphsignal_mw.dashboard.templating import path, templates
from graphsignal_mw.dashboard.viewer import viewer_of
from graphsignal_mw.store import Store

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Keeps the Origin header on our own forms, which is what guards them.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ACTIVE = ("open", "acknowledged")
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, kw_only=True)
class Site:
    """The parts that pages share, as one project sees them. ``clock`` gives Unix seconds.

    ``home`` is the project of addresses that name none; ``base`` begins those of ``project``.
    """

    store: Store
    home: str = "default"
    project: str = "default"
    base: str = ""
    clock: Callable[[], float] = time.time
    templates: Environment = field(default_factory=templates)

    def seen_by(self, request: Request) -> "Site":
        """Return the site of the project that ``request`` was admitted to."""
        project = viewer_of(request).project or self.home
        return replace(self, project=project, base=quote(request.scope.get("root_path", "")))

    def path(self, *parts: str, query: Mapping[str, str | None] | None = None) -> str:
        """Address of a page of this project: see :func:`~graphsignal_mw.dashboard.templating.path`."""
        return self.base + path(*parts, query=query)

    def address(self, project: str) -> str:
        """First page of a project. Its name is quoted twice, so that it may hold slashes."""
        return "/" if project == self.home else path("projects", quote(project, safe=""), "")

    def projects(self, request: Request) -> list[str]:
        """Return the projects among which a person may choose."""
        viewer = viewer_of(request)
        return sorted({self.project, *viewer.named, *(self.store.projects() if viewer.sees_all else ())})

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """Fill ``template``, with the headers of a page."""
        theme = request.cookies.get("theme", "auto")
        page = self.templates.get_template(template).render(
            request=request,
            site=self,
            path=self.path,
            here=request.url.path.removeprefix(request.scope.get("root_path", "")),
            theme=theme if theme in THEMES else "auto",
            viewer=viewer_of(request),
            # Asked for by the template: who has to sign in first is not told.
            open_count=lambda: sum(issue.state in ACTIVE for issue in self.store.issues(self.project)),
            now=context.pop("now", None) or self.clock(),
            **context,
        )
        return HTMLResponse(page, status, HEADERS)
