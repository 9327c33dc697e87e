"""Forms: what a page sends to change something, refused when another site sent it."""

import hmac
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from graphsignal_mw.dashboard.viewer import viewer_of

TOKEN = "form_token"  # noqa: S105 - the name of a field
LONGEST = 16 * 1024


async def read_form(request: Request) -> dict[str, str] | None:
    """Return the fields of a form, or None for one that no page of ours sent, or that is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            return None
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    expected = viewer_of(request).form_token
    has_token = expected is None or hmac.compare_digest(fields.get(TOKEN, "").encode(), expected.encode())
    return fields if has_token and is_own_form(request) else None


def is_own_form(request: Request) -> bool:
    """Whether a page of ours sent this form: browsers say so, and no other site can make them lie."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")
