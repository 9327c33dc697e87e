"""The WSGI middleware: copies what passes, changes nothing."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from graphsignal_mw.middleware.capture import Capture, Fault, report
from graphsignal_mw.middleware.current import CURRENT, is_captured
from graphsignal_mw.middleware.input import InputTee, length_of
from graphsignal_mw.middleware.routes import Match, Router
from graphsignal_mw.middleware.stream import Stream
from graphsignal_mw.records import Exchange, Headers

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
        fault: Fault = None,
    ) -> None:
        self.app = app
        self._match, self._submit, self._limit, self._fault = router.match, submit, max_body_bytes, fault

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        responder = None
        try:
            match = _route(self._match, environ)
            if match is not None and "HTTP_UPGRADE" not in environ and not is_captured():
                responder = self._begin(match, environ)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self._fault, error)
        if responder is None:
            return self.app(environ, start_response)
        responder.inner_start = start_response
        return self._capture(responder, environ)

    def _begin(self, match: Match, environ: Environ) -> "_Responder":
        responder = _Responder(match, _request_headers(match, environ), self._limit, self._fault)
        responder.submit = self._submit
        stream = environ.get("wsgi.input")
        if stream is not None:
            environ["wsgi.input"] = InputTee(stream, responder.request, length_of(environ))
        return responder

    def _capture(self, responder: "_Responder", environ: Environ) -> Iterable[bytes]:
        token = CURRENT.set(responder)
        try:
            result = self.app(environ, responder.start_response)
        except BaseException as error:
            responder.failed(error)
            responder.hand_over()
            raise
        finally:
            CURRENT.reset(token)
        return responder.returned(result, environ.get("wsgi.file_wrapper"))


class _Responder(Capture):
    """One request: stands before the server's ``start_response``, and tees what the app returns."""

    __slots__ = ("inner_start", "submit")
    inner_start: StartResponse
    submit: Callable[[Exchange], Any]

    def start_response(self, *args: Any, **kwargs: Any) -> Any:
        write = self.inner_start(*args, **kwargs)
        try:
            self._started(*args)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)

        def tee(data: bytes) -> Any:
            self.add(data)
            try:
                return write(data)
            except OSError:  # what servers raise when the client has left
                self.departed = True
                raise

        return tee

    def add(self, chunk: Any, last: bool = False) -> None:
        """Keep a chunk of the response; one that is not bytes is the app's mistake, and the server's to refuse."""
        if type(chunk) is bytes:
            self.response.add(chunk, last)
        else:
            self.response.give_up("skipped")

    def returned(self, result: Iterable[bytes], file_wrapper: Any) -> Iterable[bytes]:
        """Return what the app returned: lists and whatever else servers ask for its length, and files, as they are.

        Anything else is teed.
        """
        try:
            if type(result) in _WHOLE:
                last = len(result) - 1  # type: ignore[arg-type]
                for index, chunk in enumerate(result):
                    self.add(chunk, index == last)
            elif hasattr(type(result), "__len__") or _is_file(result, file_wrapper):
                self.response.give_up("skipped")
            else:
                return Stream(result, self)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)
        self.hand_over(complete=True)
        return result

    def hand_over(self, *, complete: bool = False) -> None:
        """Give the record away, once: at exhaustion, error or close, whichever comes first."""
        if self.done:
            return
        if complete:
            self.response.complete()
            self.complete()
        try:
            self.submit(self.finish())
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self._fault, error)

    def _started(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        if self.done:
            return
        for error in exc_info or ():  # PEP 3333: the app answers this exception
            if isinstance(error, BaseException):
                self.note(error)
        self.exchange.status = int(status[:3])
        wanted = self.exchange.endpoint.headers
        self.response.headers = tuple(
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in headers
            if (lower := name.lower()) in _OF_BODY or lower in wanted
        )


_WHOLE = frozenset({list, tuple})
_OF_BODY = frozenset({"content-type", "content-encoding"})


def _is_file(result: Any, file_wrapper: Any) -> bool:
    """Return whether the server may recognise ``result`` and send the file itself; uWSGI's wrapper is a function."""
    if isinstance(file_wrapper, type):
        return isinstance(result, file_wrapper)
    return file_wrapper is not None and hasattr(result, "read")


def _route(match: Callable[[str, str], Match | None], environ: Environ) -> Match | None:
    path, method = environ.get("PATH_INFO") or "/", environ.get("REQUEST_METHOD", "")
    found = match(method, path if path.isascii() else _decoded(path))
    if found is None and environ.get("SCRIPT_NAME"):
        found = match(method, _decoded(environ["SCRIPT_NAME"] + environ.get("PATH_INFO", "")))
    return found


def _decoded(path: str) -> str:
    """PEP 3333: the bytes of the path, read as Latin-1."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _request_headers(match: Match, environ: Environ) -> Headers:
    return [
        (name, value.encode("latin-1", "replace"))
        for name, key in _environ_keys(match[0].headers)
        if (value := environ.get(key))
    ]


@lru_cache(maxsize=128)
def _environ_keys(names: tuple[str, ...]) -> tuple[tuple[bytes, str], ...]:
    """Return each header to copy, with the key that it has in an environ."""
    keys = [(name.encode("latin-1"), "HTTP_" + name.upper().replace("-", "_")) for name in names]
    return ((b"content-type", "CONTENT_TYPE"), (b"content-encoding", "HTTP_CONTENT_ENCODING"), *keys)
