"""The WSGI middleware: copies what passes, changes nothing."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from graphsignal_mw.middleware.capture import Middleware, report
from graphsignal_mw.middleware.current import current, enter, is_captured, leave
from graphsignal_mw.middleware.output import OutputCapture, OutputTee, StartResponse
from graphsignal_mw.middleware.routes import Match

Environ = dict[str, Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class WSGICapture(Middleware):
    """The middleware before a WSGI app."""

    app: WSGIApp

    def __init__(self, app: WSGIApp, **shared: Any) -> None:
        super().__init__(app, **shared)
        known = self._literals
        self._literals = {path: by_method for path, by_method in known.items() if path.isascii()}
        self._has_more |= len(self._literals) < len(known)
        if "/" in known:
            self._literals[""] = known["/"]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        app, request = self.app, None
        try:
            by_method = self._literals.get(environ.get("PATH_INFO", ""))
            match = None if by_method is None else by_method.get(environ.get("REQUEST_METHOD", ""))
            if match is None and (self._has_more or environ.get("SCRIPT_NAME")):
                match = self._look_up(environ)
            if match is not None and "HTTP_UPGRADE" not in environ and (current() is None or not is_captured()):
                wanted = match[0].headers
                kind, coding = environ.get("CONTENT_TYPE"), environ.get("HTTP_CONTENT_ENCODING")
                headers = kind, coding, wanted and _wanted(wanted, environ)
                request = OutputCapture()
                request.begin(self, match, headers)
                tee = OutputTee()
                tee.request, tee.inner_start = request, start_response
                stream = environ.get("wsgi.input")
                if stream is not None:
                    request.tee(environ, stream)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            report(self.fault, error)
        if request is None:
            return app(environ, start_response)
        token = enter(request)
        try:
            result = app(environ, tee.start_response)
        except BaseException as error:
            request.failed(error)
            request.hand_over()
            raise
        finally:
            leave(token)
        try:
            wrapper = environ.get("wsgi.file_wrapper")
            if not _has_length(type(result)) and (wrapper is None or not _is_file(result, wrapper)):
                return tee.before(result)
        except Exception as error:  # noqa: BLE001 - a defect of ours costs a record, never a request
            request.defect(error)
        request.returned(result)
        return result

    def _look_up(self, environ: Environ) -> Match | None:
        """Match the path, or with what the app is mounted at."""
        method, path = environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", "")
        match = self._match(method, _decoded(path) or "/")
        if match is None and environ.get("SCRIPT_NAME"):
            match = self._match(method, _decoded(environ["SCRIPT_NAME"] + path))
        return match


@lru_cache(maxsize=128)
def _has_length(kind: Any) -> bool:
    return hasattr(kind, "__len__")


def _is_file(result: Any, wrapper: Any) -> bool:
    """Return whether the server may recognise ``result`` and send the file itself; uWSGI's wrapper is a function."""
    return isinstance(result, wrapper) if isinstance(wrapper, type) else hasattr(result, "read")


def _decoded(path: str) -> str:
    """PEP 3333: the bytes of the path, read as Latin-1."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")


def _wanted(names: tuple[str, ...], environ: Environ) -> tuple[tuple[str, str], ...]:
    """Copy the headers of these names."""
    return tuple((name, value) for name, key in _environ_keys(names) if (value := environ.get(key)))


@lru_cache(maxsize=128)
def _environ_keys(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each header to copy, with the key that it has in an environ."""
    return tuple((name, "HTTP_" + name.upper().replace("-", "_")) for name in names)
