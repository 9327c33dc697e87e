"""The ASGI middleware: copies what passes, changes nothing."""

import time
from asyncio import CancelledError
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from graphsignal_mw.middleware.body import LOOK_AT, Body, is_skipped
from graphsignal_mw.middleware.current import CURRENT, Capture
from graphsignal_mw.middleware.routes import Match, Router
from graphsignal_mw.records import Exchange, Headers, Outcome

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_LEFT = frozenset({"CancelledError", "ClientDisconnect", "ClientDisconnected", "GeneratorExit"})


class ASGICapture:
    """Wraps ``app``; each request that ``router`` knows becomes an Exchange given to ``submit``.

    ``on_shutdown`` is called when the app's lifespan has ended. ``fault`` is told of a defect of ours, which
    costs a record and never a request. Holds no thread and registers nothing: servers build several.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        router: Router,
        submit: Callable[[Exchange], Any],
        max_body_bytes: int,
        on_shutdown: Callable[[], Any] | None = None,
        fault: Callable[[Exception], Any] | None = None,
    ) -> None:
        self.app = app
        self._match, self._submit, self._limit = router.match, submit, max_body_bytes
        self._on_shutdown, self._fault = on_shutdown, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            if scope["type"] == "lifespan" and self._on_shutdown is not None:
                # The server gets to know of the end only when this task yields: there is time to upload.
                self._on_shutdown()
            return
        match = self._match(scope["method"], scope["path"]) or _below_root(self._match, scope)
        if match is None or CURRENT.get() is not None:
            await self.app(scope, receive, send)
            return
        await self._capture(match, scope, receive, send)

    async def _capture(self, match: Match, scope: Scope, receive: Receive, send: Send) -> None:
        responder = _Responder(match, scope, receive, send, self._limit)
        token = CURRENT.set(responder)
        try:
            await self.app(scope, responder.receive, responder.send)
        except BaseException as error:
            responder.failed(error)
            raise
        finally:
            CURRENT.reset(token)
            try:
                self._submit(responder.exchange())
            except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
                if self._fault is not None:
                    self._fault(error)


class _Responder(Capture):
    """One request: tees both bodies, and becomes an Exchange at its end."""

    __slots__ = (
        "_aborted",
        "_began",
        "_duration",
        "_failed",
        "_match",
        "_receive",
        "_request",
        "_request_headers",
        "_response",
        "_response_headers",
        "_send",
        "_started_at",
        "_status",
    )

    def __init__(self, match: Match, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        super().__init__()
        self._match, self._receive, self._send = match, receive, send
        self._request_headers = _kept(scope.get("headers"))
        self._response_headers: Headers = ()
        self._request, self._response = Body(limit), Body(limit)
        self._status: int | None = None
        self._aborted = self._failed = False
        self._duration = -1.0
        self._started_at = time.time()
        self._began = time.perf_counter()

    async def receive(self) -> Message:
        message = await self._receive()
        kind = message.get("type")
        if kind == "http.request":
            more = message.get("more_body", False)
            self._tee(self._request, message.get("body", b""), more, self._request_headers)
        elif kind == "http.disconnect" and self._duration < 0:
            self._aborted = True
        return message

    async def send(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "http.response.body":
            more = message.get("more_body", False)
            self._tee(self._response, message.get("body", b""), more, self._response_headers)
            await self._send(message)
            if not more and self._duration < 0:
                self._duration = time.perf_counter() - self._began
            return
        if kind == "http.response.start":
            self._status = message.get("status")
            self._response_headers = _kept(message.get("headers"))
        await self._send(message)
        if kind in {"http.response.pathsend", "http.response.zerocopysend"} and self._duration < 0:
            self._response.give_up("skipped")
            if not message.get("more_body", False):
                self._duration = time.perf_counter() - self._began

    def failed(self, error: BaseException) -> None:
        if isinstance(error, (CancelledError, GeneratorExit)) or type(error).__name__ in _LEFT:
            self._aborted = True
            return
        self._failed = True
        self.note(error)

    def exchange(self) -> Exchange:
        ended = self._duration >= 0
        target, params = self._match
        return Exchange(
            endpoint=target,
            params=params,
            started_at=self._started_at,
            duration=self._duration if ended else time.perf_counter() - self._began,
            status=self._status,
            outcome=self._outcome(ended),
            request_headers=self._request_headers,
            response_headers=self._response_headers,
            request_body=self._request.data,
            response_body=self._response.data,
            request_state=self._request.state,
            response_state=self._response.state,
            exception=self.exception,
        )

    def _outcome(self, ended: bool) -> Outcome:
        if self._failed:
            return "failed"
        if self._aborted or not ended:
            return "aborted"
        return "completed"

    @staticmethod
    def _tee(body: Body, chunk: bytes, more: bool, headers: Headers) -> None:
        if (more or len(chunk) > LOOK_AT) and body.state == "incomplete" and not body.size and is_skipped(headers):
            body.give_up("skipped")
        body.add(chunk)
        if not more:
            body.complete()


def _kept(headers: Any) -> Headers:
    """Copy headers that can be iterated twice; a generator belongs to the server."""
    return tuple(headers) if isinstance(headers, (list, tuple)) else ()


def _below_root(match: Callable[[str, str], Match | None], scope: Scope) -> Match | None:
    """Match the path below the mount point of a proxy, which some servers leave in the path."""
    root = scope.get("root_path")
    if not root or not scope["path"].startswith(root):
        return None
    return match(scope["method"], scope["path"][len(root) :])
