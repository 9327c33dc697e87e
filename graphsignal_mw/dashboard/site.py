"""What every page needs: the store, the clock, the templates, and the headers that keep a page safe."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from graphsignal_mw.dashboard.templating import templates
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
    """The parts that pages share. ``clock`` gives Unix seconds."""

    store: Store
    project: str = "default"
    clock: Callable[[], float] = time.time
    templates: Environment = field(default_factory=templates)

    def render(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """Fill ``template``, with the headers of a page."""
        theme = request.cookies.get("theme", "auto")
        page = self.templates.get_template(template).render(
            request=request,
            theme=theme if theme in THEMES else "auto",
            viewer=viewer_of(request),
            # Asked for by the template: who has to sign in first is not told.
            open_count=lambda: sum(issue.state in ACTIVE for issue in self.store.issues(self.project)),
            now=context.pop("now", None) or self.clock(),
            **context,
        )
        return HTMLResponse(page, status, HEADERS)
