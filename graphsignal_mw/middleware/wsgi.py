"""The WSGI middleware: copies what passes, changes nothing."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from time import perf_counter
from typing import Any

from graphsignal_mw.middleware.body import ABSENT, Body
from graphsignal_mw.middleware.capture import Capture, Fault, report
from graphsignal_mw.middleware.current import CURRENT, is_captured
from graphsignal_mw.middleware.input import BufferTee, InputBody, InputTee
from graphsignal_mw.middleware.routes import Match, Router
from graphsignal_mw.middleware.stream import Stream

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class WSGICapture:
    """Wraps ``app``; each request that ``router`` knows is given to ``submit`` as a Capture.

    ``fault`` is told of a defect of ours, which costs a record and never a request.
    """

    def __init__(
        self,
        app: WSGIApp,
        *,
        router: Router,
        submit: Callable[[Capture], Any],
        max_body_bytes: int,
        fault: Fault = None,
    ) -> None:
        self.app = app
        self._match, self._submit, self._limit, self._fault = router.match, submit, max_body_bytes, fault

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        request = None
        try:
            path = environ.get("PATH_INFO") or "/"
            match = self._match(environ.get("REQUEST_METHOD", ""), path if path.isascii() else _decoded(path))
            if match is None and environ.get("SCRIPT_NAME"):
                match = _below(self._match, environ)
            if match is not None and "HTTP_UPGRADE" not in environ and (CURRENT.get() is None or not is_captured()):
                target = match[0]
                headers = _request_headers(target.headers, environ)
                request = _Request(match, headers, self._limit, self._fault)
                request.inner_start, request.submit = start_response, self._submit
                stream = environ.get("wsgi.input")
                if stream is not None:
                    request.request = body = InputBody(stream, environ, self._limit, headers, target.takes_lines)
                    environ["wsgi.input"] = (BufferTee if _has(type(stream), "readinto") else InputTee)(body)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self._fault, error)
        if request is None:
            return self.app(environ, start_response)
        token = CURRENT.set(request)
        try:
            result = self.app(environ, request.start_response)
        except BaseException as error:
            request.failed(error)
            request.hand_over()
            raise
        finally:
            CURRENT.reset(token)
        try:
            wrapper = environ.get("wsgi.file_wrapper")
            if not _has(type(result), "__len__") and (wrapper is None or not _is_file(result, wrapper)):
                return Stream(result, request)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            request.defect(error)
        request.returned(result)
        return result


class _Request(Capture):
    """One request: stands before the server's ``start_response``, and tees what the app returns.

    Nobody knows which chunk is the last. So the first is kept as if it were the only one, as it is most often, until a
    second one comes.
    """

    __slots__ = ("inner_start", "inner_write", "submit")
    inner_start: StartResponse
    inner_write: Callable[[bytes], Any]
    submit: Callable[[Capture], Any]

    def start_response(self, *args: Any, **kwargs: Any) -> Callable[[bytes], Any]:
        self.inner_write = self.inner_start(*args, **kwargs) if kwargs else self.inner_start(*args)
        try:
            if not self.done:
                self.status = int(args[0][:3])
                self.response_headers = tuple(args[1])
                if len(args) > 2 and args[2]:
                    self._answers(args[2])
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)
        return self._write

    def add(self, chunk: Any) -> None:
        """Keep a chunk of the response; one that is not bytes is the app's mistake, and the server's to refuse."""
        if self.response is ABSENT and type(chunk) is bytes and len(chunk) <= self.at_once:
            self.response = chunk
        elif not self.done:
            self._gather(chunk)

    def returned(self, result: Iterable[bytes]) -> None:
        """Take what is given back as it is: a list or tuple; of a file, or what servers ask for its length, nothing."""
        try:
            if type(result) in _WHOLE:
                for chunk in result:
                    self.add(chunk)
            else:
                self.skip_response()
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)
        self.hand_over(complete=True)

    def hand_over(self, *, complete: bool = False) -> None:
        """Give the record away, once: at exhaustion, error or close, whichever comes first."""
        if self.done:
            return
        self.done = True
        try:
            if self.duration is None:
                self.duration = perf_counter() - self._began
            self.completed = complete and self.status is not None and not self.departed
            if not isinstance(self.response, bytes):
                self._end_gathered(complete)
            elif not complete:
                self.response = ABSENT
            self.submit(self)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self._fault, error)

    def _end_gathered(self, complete: bool) -> None:
        if complete and self.response is ABSENT:
            self.response = b""
        elif complete and isinstance(self.response, Body):
            self.response.complete()

    def _gather(self, chunk: Any) -> None:
        try:
            if type(chunk) is not bytes:
                self.skip_response()
                return
            if isinstance(self.response, bytes):
                first, self.response = self.response, ABSENT
                self.add_response(first, last=False)
            self.add_response(chunk, last=False)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(error)

    def _write(self, data: bytes) -> Any:
        self.add(data)
        try:
            return self.inner_write(data)
        except OSError:  # what servers raise when the client has left
            self.departed = True
            raise

    def _answers(self, exc_info: Any) -> None:
        """PEP 3333: the app answers this exception."""
        for error in exc_info:
            if isinstance(error, BaseException):
                self.note(error)


_WHOLE = frozenset({list, tuple})


@lru_cache(maxsize=128)
def _has(kind: Any, name: str) -> bool:
    return hasattr(kind, name)


def _is_file(result: Any, wrapper: Any) -> bool:
    """Return whether the server may recognise ``result`` and send the file itself; uWSGI's wrapper is a function."""
    return isinstance(result, wrapper) if isinstance(wrapper, type) else hasattr(result, "read")


def _below(match: Callable[[str, str], Match | None], environ: Environ) -> Match | None:
    """Match the path with what the app is mounted at."""
    return match(environ.get("REQUEST_METHOD", ""), _decoded(environ["SCRIPT_NAME"] + environ.get("PATH_INFO", "")))


def _decoded(path: str) -> str:
    """PEP 3333: the bytes of the path, read as Latin-1."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _request_headers(wanted: tuple[str, ...], environ: Environ) -> tuple[tuple[str, str], ...]:
    """Copy what says how to read the body, and the headers that are ``wanted``."""
    get = environ.get
    kind, coding = get("CONTENT_TYPE"), get("HTTP_CONTENT_ENCODING")
    headers: tuple[tuple[str, str], ...] = (("content-type", kind),) if kind else ()
    if coding:
        headers += (("content-encoding", coding),)
    if wanted:
        headers += tuple((name, value) for name, key in _environ_keys(wanted) if (value := get(key)))
    return headers


@lru_cache(maxsize=128)
def _environ_keys(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each header to copy, with the key that it has in an environ."""
    return tuple((name, "HTTP_" + name.upper().replace("-", "_")) for name in names)
