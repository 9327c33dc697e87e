"""One captured request: what ASGI and WSGI have in common. It becomes an Exchange when the request has passed."""

import contextlib
from collections.abc import Callable
from time import perf_counter, time
from typing import Any

from graphsignal_mw.middleware.body import ABSENT, LOOK_AT, SKIPPED, Body, taken
from graphsignal_mw.middleware.routes import Match, Router
from graphsignal_mw.records import ExceptionEvent, Exchange, Headers, Outcome

LIGHT = 2 * LOOK_AT  # bytes of a capture whose two bodies came in one piece each, and so are ``bytes``, at most

Fault = Callable[[Exception], Any] | None

# By name: asyncio, trio, gevent and the servers are not ours to import.
_DEPARTED = frozenset(
    {"CancelledError", "Cancelled", "ClientDisconnect", "ClientDisconnected", "GeneratorExit", "GreenletExit"}
)


class Middleware:
    """What the ASGI and the WSGI middleware have in common: ``app`` and what their captures need to know.

    ``fault`` is told of a defect of ours, which costs a record and never a request. ``submit`` is given a Capture of
    each request that ``router`` knows. Holds no thread and registers nothing: servers build several.
    """

    def __init__(
        self, app: Any, *, router: Router, submit: Callable[["Capture"], Any], max_body_bytes: int, fault: Fault = None
    ) -> None:
        self.app, self.submit, self.fault = app, submit, fault
        self.max_body_bytes = max_body_bytes
        self.at_once = min(max_body_bytes, LOOK_AT)  # bytes of a body in one piece that need no second look
        self._literals, self._match = router.literals, router.match
        self._has_more = router.has_patterns  # whether a path that is not among the literals may match all the same


class Capture:
    """Collects one request from :meth:`begin` until :meth:`finish`. Its outcome is *aborted* unless told otherwise.

    A body that comes in one piece, as most do, is kept as these bytes; a :class:`Body` gathers any other.
    Nothing here may cost the request: callers give what goes wrong to :meth:`defect`.

    Each field that is set here, and each call, is time of every request; an ``__init__`` takes longer than any other.
    So what can wait for :meth:`finish`, which the background thread calls, waits: status and headers stay as they came.
    """

    __slots__ = (
        "began",
        "departed",
        "done",
        "duration",
        "exception",
        "headers",
        "match",
        "middleware",
        "outcome",
        "request",
        "response",
        "response_headers",
        "status",
    )

    def begin(self, middleware: Middleware, match: Match, headers: Any) -> None:
        """Be a request that ``middleware`` sees."""
        self.middleware, self.match, self.headers = middleware, match, headers
        self.request: bytes | Body = ABSENT
        self.response: bytes | Body = ABSENT
        self.response_headers: Headers = ()
        self.status: Any = None
        self.duration: float | None = None
        self.exception: ExceptionEvent | None = None
        self.outcome: Outcome = "aborted"
        self.departed = self.done = False
        self.began = perf_counter()

    @property
    def ended(self) -> bool:
        """Whether the last byte of the response has been given away, or there will be none."""
        return self.duration is not None

    def request_headers(self) -> Headers:
        """Return the headers of the request that were kept."""
        headers: Headers = self.headers
        return headers

    def status_code(self) -> int | None:
        """Return the status of the response as a number, None when there was none."""
        status: int | None = self.status
        return status

    def add_request(self, chunk: Any, last: bool) -> None:
        """Keep a chunk of the request's body; ``last`` says that the body ends with it."""
        if self.request is ABSENT:
            self.request = self._body(self.request_headers())
        if isinstance(self.request, Body):
            self.request.add(chunk, last)

    def add_response(self, chunk: Any, last: bool) -> None:
        """Keep a chunk of the response's body; ``last`` says that the body ends with it."""
        if self.response is ABSENT:
            self.response = self._body(self.response_headers)
        if isinstance(self.response, Body):
            self.response.add(chunk, last)

    def skip_response(self) -> None:
        """Keep nothing of the response's body."""
        self.response = SKIPPED

    def note(self, error: BaseException) -> None:
        """Keep ``error`` as strings, unless there is one already. A group of one is what frameworks with tasks make."""
        if not self.done and self.exception is None:
            while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
                error = error.exceptions[0]
            self.exception = ExceptionEvent.of(error)

    def failed(self, error: BaseException) -> None:
        """Say that the app raised ``error``. A client that left, or a cancelled task, is no failure."""
        try:
            if not self._is_departure(error):
                self.outcome = "failed"
                self.note(error)
        except Exception as defect:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(defect)

    def finish(self) -> Exchange:
        """Return the exchange, and let go of everything."""
        status, outcome, exception = self.status_code(), self.outcome, self.exception
        if outcome == "completed" and (status is None or self.departed):
            outcome = "aborted"
        if outcome != "failed" and (status or 0) < 500:
            exception = None  # a hook told of it, and then a handler of the app answered it
        (request, request_state), (response, response_state) = taken(self.request), taken(self.response)
        exchange = Exchange(
            *self.match,
            time() - (perf_counter() - self.began),
            self.duration or 0.0,
            status,
            outcome,
            self.request_headers(),
            self.response_headers,
            request,
            response,
            request_state,
            response_state,
            exception,
        )
        self.let_go()
        return exchange

    def let_go(self) -> None:
        """Keep nothing any more: contexts of background tasks may keep this object."""
        self.request = self.response = ABSENT
        self.headers = self.response_headers = ()
        self.exception = None

    def defect(self, error: Exception) -> None:
        """Tell of a defect of ours: the request is still counted, its bodies are not looked at."""
        self.request = self.response = SKIPPED
        report(self.middleware.fault, error)

    def _body(self, headers: Headers) -> Body:
        return Body(self.middleware.max_body_bytes, headers, self.match[0].takes_lines)

    def _is_departure(self, error: BaseException) -> bool:
        if any(kind.__name__ in _DEPARTED for kind in type(error).__mro__):
            return True
        return self.departed and isinstance(_beginning_of(error), OSError)


def _beginning_of(error: BaseException) -> BaseException:
    """Return what ``error`` was raised from: frameworks wrap what a task of theirs has raised (Litestar: twice)."""
    for _ in range(10):
        inner = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__
        if inner is None:
            break
        error = inner
    return error


def report(fault: Fault, error: Exception) -> None:
    """Tell ``fault`` of a defect of ours; it must not become a second one."""
    if fault is not None:
        with contextlib.suppress(Exception):
            fault(error)
