"""The WSGI middleware: copies what passes, changes nothing."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from graphsignal_mw.middleware.body import Body
from graphsignal_mw.middleware.current import CURRENT, Capture
from graphsignal_mw.middleware.input import InputTee
from graphsignal_mw.middleware.routes import Match, Router
from graphsignal_mw.records import Exchange, Headers, Outcome

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class WSGICapture:
    """Wraps ``app``; each request that ``router`` knows becomes an Exchange given to ``submit``.

    ``fault`` is told of a defect of ours, which costs a record and never a request.
    """

    def __init__(
        self,
        app: WSGIApp,
        *,
        router: Router,
        submit: Callable[[Exchange], Any],
        max_body_bytes: int,
        fault: Callable[[Exception], Any] | None = None,
    ) -> None:
        self.app = app
        self._match, self._submit, self._limit, self._fault = router.match, submit, max_body_bytes, fault

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        match = _route(self._match, environ)
        if match is None or "HTTP_UPGRADE" in environ or CURRENT.get() is not None:
            return self.app(environ, start_response)
        return self._capture(match, environ, start_response)

    def _capture(self, match: Match, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        responder = _Responder(match, environ, start_response, self._limit, self._finish)
        token = CURRENT.set(responder)
        try:
            result = self.app(environ, responder.start_response)
        except BaseException as error:
            responder.failed(error)
            responder.end()
            raise
        finally:
            CURRENT.reset(token)
        return responder.returned(result, environ.get("wsgi.file_wrapper"))

    def _finish(self, responder: "_Responder") -> None:
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
        "_ended",
        "_failed",
        "_finish",
        "_input",
        "_match",
        "_request_headers",
        "_response",
        "_response_headers",
        "_start_response",
        "_started_at",
        "_status",
    )

    def __init__(
        self,
        match: Match,
        environ: Environ,
        start_response: StartResponse,
        limit: int,
        finish: Callable[["_Responder"], None],
    ) -> None:
        super().__init__()
        self._match, self._start_response, self._finish = match, start_response, finish
        self._request_headers = _request_headers(environ)
        self._input = InputTee(environ["wsgi.input"], Body(limit), environ.get("CONTENT_LENGTH"))
        environ["wsgi.input"] = self._input
        self._response = Body(limit)
        self._response_headers: Headers = ()
        self._status: int | None = None
        self._aborted = self._failed = self._ended = False
        self._duration = 0.0
        self._started_at = time.time()
        self._began = time.perf_counter()

    def start_response(self, status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        write = self._start_response(status, headers, *exc_info)
        try:
            self._status = int(status[:3])
            self._response_headers = tuple((k.encode("latin-1"), v.encode("latin-1")) for k, v in headers)
        except (TypeError, ValueError, AttributeError):
            self._status = None

        def tee(data: bytes) -> Any:
            self.add(data)
            return write(data)

        return tee

    def add(self, chunk: Any) -> None:
        if isinstance(chunk, bytes):
            self._response.add(chunk)
        else:
            self._response.give_up("skipped")

    def returned(self, result: Iterable[bytes], file_wrapper: Any) -> Iterable[bytes]:
        """Return what the app returned: lists, tuples and files as they are, anything else teed."""
        if isinstance(result, (list, tuple)):
            for chunk in result:
                self.add(chunk)
            self._response.complete()
            self.end()
            return result
        if isinstance(file_wrapper, type) and isinstance(result, file_wrapper):
            self._response.give_up("skipped")
            self.end()
            return result
        return _Stream(result, self)

    def exhausted(self) -> None:
        self._response.complete()
        self.end()

    def failed(self, error: BaseException) -> None:
        if isinstance(error, GeneratorExit):
            self._aborted = True
            return
        self._failed = True
        self.note(error)

    def end(self) -> None:
        """Stop the clock and hand the exchange over, once."""
        if not self._ended:
            self._ended = True
            self._duration = time.perf_counter() - self._began
            self._finish(self)

    def exchange(self) -> Exchange:
        target, params = self._match
        request = self._input.body
        return Exchange(
            endpoint=target,
            params=params,
            started_at=self._started_at,
            duration=self._duration,
            status=self._status,
            outcome=self._outcome(),
            request_headers=self._request_headers,
            response_headers=self._response_headers,
            request_body=request.data,
            response_body=self._response.data,
            request_state=request.state,
            response_state=self._response.state,
            exception=self.exception,
        )

    def _outcome(self) -> Outcome:
        if self._failed:
            return "failed"
        if self._aborted or self._status is None or self._response.state == "incomplete":
            return "aborted"
        return "completed"


class _Stream:
    """The app's iterable, teed. A class: a generator closed before its first ``next`` would not close the inner one."""

    __slots__ = ("_inner", "_iterator", "_responder")

    def __init__(self, inner: Iterable[bytes], responder: _Responder) -> None:
        self._inner, self._responder = inner, responder
        self._iterator: Iterator[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            if self._iterator is None:
                self._iterator = iter(self._inner)
            chunk = next(self._iterator)
        except StopIteration:
            self._responder.exhausted()
            raise
        except BaseException as error:
            self._responder.failed(error)
            self._responder.end()
            raise
        self._responder.add(chunk)
        return chunk

    def close(self) -> None:
        """Close the app's iterable, as the server asked to."""
        close = getattr(self._inner, "close", None)
        try:
            if close is not None:
                close()
        except BaseException as error:
            self._responder.failed(error)
            raise
        finally:
            self._responder.end()


def _route(match: Callable[[str, str], Match | None], environ: Environ) -> Match | None:
    path = environ.get("PATH_INFO") or "/"
    if not path.isascii():
        # PEP 3333: the bytes of the path read as Latin-1.
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    method = environ["REQUEST_METHOD"]
    found = match(method, path)
    if found is None and environ.get("SCRIPT_NAME"):
        found = match(method, environ["SCRIPT_NAME"] + path)
    return found


def _request_headers(environ: Environ) -> Headers:
    headers = [
        (name[5:].replace("_", "-").lower().encode("latin-1"), str(value).encode("latin-1", "replace"))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    if environ.get("CONTENT_TYPE"):
        headers.append((b"content-type", str(environ["CONTENT_TYPE"]).encode("latin-1", "replace")))
    return headers
