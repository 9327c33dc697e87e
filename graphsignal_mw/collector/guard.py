"""What every request passes: who asks, for which scope, from which site; and the headers of every answer."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphsignal_mw.collector.auth import Caller, Gatekeeper, is_foreign_form
from graphsignal_mw.collector.permissions import SAFE, is_open, needed_scopes
from graphsignal_mw.collector.problems import Problem, answer_problem
from graphsignal_mw.errors import GraphsignalError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware around everything that the collector answers."""

    def __init__(self, app: ASGIApp, gatekeeper: Gatekeeper) -> None:
        self.app, self.gatekeeper = app, gatekeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its caller in ``scope["state"]["caller"]``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        guarded = _with_headers(scope["path"], send)
        try:
            scope.setdefault("state", {})["caller"] = await self._admit(scope)
        except (Problem, GraphsignalError) as error:
            await (await answer_problem(Request(scope), error))(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)

    async def _admit(self, scope: Scope) -> Caller | None:
        headers = dict(Headers(scope=scope))
        if scope["method"] not in SAFE and is_foreign_form(headers):
            raise Problem(403, "Origin: another site; expected a page of this collector")
        if is_open(scope["path"]):
            return None
        peer = scope["client"][0] if scope.get("client") else None
        caller = await run_in_threadpool(self.gatekeeper.identify, headers, peer)
        caller.needs(*needed_scopes(scope["method"], scope["path"]))
        if not scope["path"].startswith("/api/") and caller.project != self.gatekeeper.project:
            # Pages and metrics are those of one project, whoever asks.
            raise Problem(403, f"project: this key is of {caller.project!r}; pages are for keys of another one")
        return caller


def _with_headers(path: str, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            if not path.startswith("/static/"):
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
