"""Signing in with a key, and out again."""

import logging

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graphsignal_mw.dashboard.site import HEADERS, Site
from graphsignal_mw.store import SESSION_COOKIE, SESSION_SECONDS

logger = logging.getLogger(__name__)


def sign_in_page(site: Site, request: Request) -> Response:
    """Answer ``GET /sign-in``."""
    return site.render(request, "sign_in.html", next=own_address(request.query_params.get("next", "")), wrong=False)


def sign_in(site: Site, request: Request) -> Response:
    """Answer ``POST /sign-in``: a session for the key and its project, and back to where the browser came from."""
    secret, following = request.state.form.get("key", "").strip(), own_address(request.state.form.get("next", ""))
    key = site.store.authenticate(secret)
    token = site.store.sign_in(key.project, secret) if key is not None else None
    if token is None:
        # Who tried, never with what.
        logger.warning("sign-in refused for %s", request.client.host if request.client else "an unknown address")
        return site.render(request, "sign_in.html", status=401, next=following, wrong=True)
    answer = RedirectResponse(following, 303, HEADERS)
    answer.set_cookie(
        SESSION_COOKIE, token, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=is_https(request)
    )
    return answer


def sign_out(site: Site, request: Request) -> Response:
    """Answer ``POST /sign-out``: the session ends, here and in the browser."""
    site.store.sign_out(request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/sign-in", 303, HEADERS)
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=is_https(request))
    return answer


def own_address(address: str) -> str:
    """Return ``address`` when it is a page of this collector, else the first page: links may not lead away."""
    is_own = address.startswith("/") and address[1:2] not in {"/", "\\"} and address.isprintable()
    return address if is_own else "/"


def is_https(request: Request) -> bool:
    """Whether the browser came by HTTPS, here or at a proxy before."""
    at_proxy = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return "https" in {request.url.scheme, at_proxy}
