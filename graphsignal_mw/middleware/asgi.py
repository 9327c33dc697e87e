"""The ASGI middleware: copies what passes, changes nothing."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from graphsignal_mw.middleware.body import ABSENT
from graphsignal_mw.middleware.capture import Capture, Fault, report
from graphsignal_mw.middleware.current import CURRENT, is_captured
from graphsignal_mw.middleware.routes import Match, Router
from graphsignal_mw.records import Headers

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class ASGICapture:
    """Wraps ``app``; each request that ``router`` knows is given to ``submit`` as a Capture.

    ``on_shutdown`` is called when the app's lifespan has ended. ``fault`` is told of a defect of ours, which
    costs a record and never a request. Holds no thread and registers nothing: servers build several.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        router: Router,
        submit: Callable[[Capture], Any],
        max_body_bytes: int,
        on_shutdown: Callable[[], Any] | None = None,
        fault: Fault = None,
    ) -> None:
        self.app = app
        self._match, self._submit, self._limit = router.match, submit, max_body_bytes
        self._on_shutdown, self._fault = on_shutdown, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        request = None
        try:
            match = self._match(scope["method"], scope["path"])
            if match is None and scope.get("root_path"):
                match = _around_root(self._match, scope)
            if match is not None and (CURRENT.get() is None or not is_captured()):
                headers = scope.get("headers")
                kept = tuple(headers) if type(headers) is list else _kept(headers)
                request = _Request(match, kept, self._limit, self._fault)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self._fault, error)
        if request is None:
            await self.app(scope, receive, send)
            return
        request.inner_receive, request.inner_send = receive, send
        token = CURRENT.set(request)
        try:
            await self.app(scope, request.receive, request.send)
        except BaseException as error:
            request.failed(error)
            raise
        finally:
            try:  # noqa: SIM105 - suppress() costs a fifth of a microsecond
                CURRENT.reset(token)
            except ValueError:  # a coroutine that is closed, not awaited, ends in another context
                pass
            try:
                request.end()
                self._submit(request)
            except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
                report(self._fault, error)

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
                    report(self._fault, error)


class _Request(Capture):
    """One request: stands before the server's ``receive`` and ``send``, and tees what passes.

    The usual body, in one piece, is taken on the spot: a call costs as much as all the rest of it.
    """

    __slots__ = ("inner_receive", "inner_send")
    inner_receive: Receive
    inner_send: Send

    async def receive(self) -> Message:
        message = await self.inner_receive()
        try:
            kind = message["type"]
            if kind == "http.request":
                get = message.get
                body, last = get("body", b""), not get("more_body")
                if last and self.request is ABSENT and type(body) is bytes and len(body) <= self.at_once:
                    self.request = body
                else:
                    self.add_request(body, last)
            elif kind == "http.disconnect" and self.duration is None:
                self.departed = True
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)
        return message

    async def send(self, message: Message) -> None:
        last = False
        try:
            kind = message["type"]
            if kind == "http.response.body":
                get = message.get
                body, last = get("body", b""), not get("more_body")
                if last and self.response is ABSENT and type(body) is bytes and len(body) <= self.at_once:
                    self.response = body
                else:
                    self.add_response(body, last)
            elif kind == "http.response.start":
                self.status = message.get("status")
                headers = message.get("headers")
                self.response_headers = tuple(headers) if type(headers) is list else _kept(headers)
            elif kind in _FILES:
                last = not message.get("more_body", False)
                self.skip_response()
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)
        try:
            await self.inner_send(message)
        except OSError:  # what servers raise when the client has left
            self.departed = True
            raise
        if last:
            self.complete()


_FILES = frozenset({"http.response.pathsend", "http.response.zerocopysend"})


def _kept(headers: Any) -> Headers:
    """Copy headers that can be iterated twice; a generator belongs to the server."""
    return tuple(headers) if isinstance(headers, (list, tuple)) else ()


def _around_root(match: Callable[[str, str], Match | None], scope: Scope) -> Match | None:
    """Match the path without the prefix of a proxy, which some servers leave in it, or with it, as others do not."""
    root, path, method = scope["root_path"].rstrip("/"), scope["path"], scope["method"]
    if path.startswith(root + "/"):
        return match(method, path[len(root) :])
    return match(method, root + path)
