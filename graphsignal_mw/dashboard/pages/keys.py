"""Keys, and who did what: for admins."""

import time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graphsignal_mw.dashboard.site import HEADERS, Site
from graphsignal_mw.dashboard.viewer import viewer_of
from graphsignal_mw.store import SCOPES, KeyInfo

_DAY = 86400
_LONGEST = 100
USES = {
    "ingest": "send statistics, annotate releases",
    "read": "look",
    "edit": "look and act on issues",
    "admin": "everything",
}


def keys_page(site: Site, request: Request) -> Response:
    """Answer ``GET /keys``."""
    return _page(site, request)


def create_key(site: Site, request: Request) -> Response:
    """Answer ``POST /keys``: the page with the new key, which is shown only there."""
    form = request.state.form
    name, scope, days = form.get("name", "").strip(), form.get("scope", ""), form.get("days", "")
    if not 0 < len(name) <= _LONGEST or not name.isprintable():
        raise ValueError(f"name: {name!r}; expected 1 to {_LONGEST} characters")
    if scope not in SCOPES:
        raise ValueError(f"scope: {scope!r}; expected one of {', '.join(SCOPES)}")
    if days and not (days.isascii() and days.isdigit() and 0 < int(days[:6]) <= 3650):
        raise ValueError(f"days: {days!r}; expected a whole number from 1 to 3650, or nothing")
    expires_at = time.time() + int(days) * _DAY if days else None
    actor = viewer_of(request).name
    secret = site.store.create_key(site.project, [scope], name, expires_at=expires_at, actor=actor)
    return _page(site, request, secret=secret, name=name)


def revoke_key(site: Site, request: Request) -> Response:
    """Answer ``POST /keys/{id}/revoke``."""
    site.store.revoke_key(site.project, str(request.path_params["id"]), actor=viewer_of(request).name)
    return RedirectResponse(site.path("keys"), 303, HEADERS)


def state_of(key: KeyInfo, now: float) -> str:
    """Return ``revoked``, ``expired`` or ``valid``."""
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"


def _page(site: Site, request: Request, *, secret: str = "", name: str = "") -> Response:
    now = site.clock()
    found = sorted(site.store.keys(site.project), key=lambda key: (not key.is_valid(now), -key.id))
    return site.render(
        request,
        "keys.html",
        keys=[(key, state_of(key, now)) for key in found],
        uses=USES,
        secret=secret,
        name=name,
        entries=site.store.audit(site.project),
        now=now,
    )
