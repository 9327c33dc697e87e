"""What every request passes: who asks, for which scope, from which site; and the headers of every answer."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphsignal_mw.collector.auth import Caller, Gatekeeper, is_foreign_form
from graphsignal_mw.collector.permissions import SAFE, is_open, needed_scopes
from graphsignal_mw.collector.problems import Problem, answer_problem
from graphsignal_mw.collector.projects import inner_path, split_project
from graphsignal_mw.errors import GraphsignalError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_LONGEST_PATH = 2000  # characters: two names and a project fit in it
_MOST_HEADERS = 200
# Headers that decide something. Sent twice, each side of a proxy may believe another one.
_ONCE = frozenset({"host", "authorization", "origin", "sec-fetch-site", "x-forwarded-proto"})
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
        """Pass a request on, with its caller in ``scope["state"]["caller"]``; the project's prefix is its root."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        guarded = _with_headers(scope["path"], send)
        project, prefix = split_project(inner_path(scope))
        scope = {**scope, "root_path": scope.get("root_path", "") + prefix, "state": {**scope.get("state", {})}}
        try:
            scope["state"]["caller"] = await self._admit(scope, project)
        except (Problem, GraphsignalError) as error:
            await (await answer_problem(Request(scope), error))(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)

    async def _admit(self, scope: Scope, project: str | None) -> Caller | None:
        headers, path = self._headers(scope), inner_path(scope)
        if len(scope["path"]) > _LONGEST_PATH:
            raise Problem(414, f"path: more than {_LONGEST_PATH} characters")
        if scope["method"] not in SAFE and is_foreign_form(headers):
            raise Problem(403, "Origin: another site; expected a page of this collector")
        if project is None and is_open(path):
            return None
        peer = scope["client"][0] if scope.get("client") else None
        caller = await self._identify(headers, peer, project)
        caller.needs(*needed_scopes(scope["method"], path))
        if path == "/metrics" and caller.project != self.gatekeeper.project:
            # They tell of the collector itself, too.
            raise Problem(403, f"project: {caller.project!r}; metrics are for {self.gatekeeper.project!r} only")
        return caller

    async def _identify(self, headers: dict[str, str], peer: str | None, project: str | None) -> Caller:
        identify = self.gatekeeper.identify
        if self.gatekeeper.asks_store(headers, project):
            return await run_in_threadpool(identify, headers, peer, project)
        return identify(headers, peer, project)  # a thread would cost more than all the rest of an upload

    def _headers(self, scope: Scope) -> dict[str, str]:
        """Return the headers; raise a problem where they are too many, or one that decides something is twice."""
        if len(scope["headers"]) > _MOST_HEADERS:
            raise Problem(431, f"headers: {len(scope['headers'])}; expected at most {_MOST_HEADERS}")
        found: dict[str, str] = {}
        once = _ONCE | (self.gatekeeper.proxy.headers if self.gatekeeper.proxy is not None else frozenset())
        # Not through Starlette's mapping, which looks for each of them in all of them.
        for name, value in ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]):
            if name in found and name in once:
                raise Problem(400, f"{name}: sent more than once; expected one")
            found.setdefault(name, value)
        return found


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
