"""The ASGI middleware: copies what passes, changes nothing."""

from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any

from graphsignal_mw.middleware.body import ABSENT
from graphsignal_mw.middleware.capture import Capture, Middleware, report
from graphsignal_mw.middleware.current import current, enter, is_captured, leave
from graphsignal_mw.middleware.routes import Match
from graphsignal_mw.records import Headers

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class ASGICapture(Middleware):
    """The middleware before an ASGI app; ``on_shutdown`` is called when the app's lifespan has ended."""

    app: ASGIApp

    def __init__(self, app: ASGIApp, *, on_shutdown: Callable[[], Any] | None = None, **shared: Any) -> None:
        super().__init__(app, **shared)
        self._on_shutdown = on_shutdown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        app, tee = self.app, None  # what is no method is called faster by a name of its own
        try:
            by_method = self._literals.get(scope["path"])
            match = None if by_method is None else by_method.get(scope["method"])
            if match is None and (self._has_more or scope.get("root_path")):
                match = self._look_up(scope)
            if match is not None and (current() is None or not is_captured()):
                headers = scope.get("headers")
                request = Capture()
                request.begin(self, match, tuple(headers) if type(headers) is list else _kept(headers))
                tee = _Tee()
                tee.request, tee.inner_receive, tee.inner_send = request, receive, send
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self.fault, error)
        if tee is None:
            await app(scope, receive, send)
            return
        token = enter(request)
        try:
            await app(scope, tee.receive, tee.send)
        except BaseException as error:
            request.failed(error)
            raise
        finally:
            try:  # noqa: SIM105 - suppress() costs a fifth of a microsecond
                leave(token)
            except ValueError:  # a coroutine that is closed, not awaited, ends in another context
                pass
            try:  # what the app does later is no part of this request
                request.done = True
                if request.duration is None:
                    request.duration = perf_counter() - request.began
                submit = self.submit
                submit(request)
            except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
                report(self.fault, error)

    def _look_up(self, scope: Scope) -> Match | None:
        """Match the path; else without the prefix of a proxy, which some servers leave in it, or with it."""
        method, path, root = scope["method"], scope["path"], (scope.get("root_path") or "").rstrip("/")
        match = self._match(method, path)
        if match is None and root:
            match = self._match(method, path[len(root) :] if path.startswith(root + "/") else root + path)
        return match

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass what is not HTTP. A lifespan's end is the last moment to upload under servers without atexit.

        The server learns that the app has shut down, and goes on, only when this task yields.
        """
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "lifespan" and self._on_shutdown is not None:
                try:
                    self._on_shutdown()
                except Exception as error:  # noqa: BLE001 - a defect of ours must not look like one of the app
                    report(self.fault, error)


class _Tee:
    """Stands before the server's ``receive`` and ``send``, and gives ``request`` what passes.

    It is no part of the capture, which waits in the queue: what the server and the app have made for a request goes
    when the request ends, as it does without us. Kept until then, a hundred of them set off the garbage collector.
    The usual body, in one piece, is taken on the spot: a call costs as much as all the rest of it.
    """

    __slots__ = ("inner_receive", "inner_send", "request")
    request: Capture
    inner_receive: Receive
    inner_send: Send

    async def receive(self) -> Message:
        inner, request = self.inner_receive, self.request
        message = await inner()
        try:
            kind = message["type"]
            if kind == "http.request":
                body, last = message.get("body", b""), not message.get("more_body")
                most = request.middleware.at_once
                if last and request.request is ABSENT and type(body) is bytes and len(body) <= most:
                    request.request = body
                else:
                    request.add_request(body, last)
            elif kind == "http.disconnect" and request.duration is None:
                request.departed = True
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            request.defect(error)
        return message

    async def send(self, message: Message) -> None:
        inner, request, last = self.inner_send, self.request, False
        try:
            kind = message["type"]
            if kind == "http.response.body":
                body, last = message.get("body", b""), not message.get("more_body")
                most = request.middleware.at_once
                if last and request.response is ABSENT and type(body) is bytes and len(body) <= most:
                    request.response = body
                else:
                    request.add_response(body, last)
            elif kind == "http.response.start":
                request.status = message.get("status")
                headers = message.get("headers")
                request.response_headers = tuple(headers) if type(headers) is list else _kept(headers)
            elif kind in _FILES:
                last = not message.get("more_body", False)
                request.skip_response()
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            request.defect(error)
        try:
            await inner(message)
        except OSError:  # what servers raise when the client has left
            request.departed = request.duration is None
            raise
        if last and request.duration is None:  # the last byte has been given away
            request.duration = perf_counter() - request.began
            request.outcome = "completed"


_FILES = frozenset({"http.response.pathsend", "http.response.zerocopysend"})


def _kept(headers: Any) -> Headers:
    """Copy headers that can be iterated twice; a generator belongs to the server."""
    return tuple(headers) if isinstance(headers, (list, tuple)) else ()
