"""One captured request: what ASGI and WSGI have in common. It becomes an Exchange when the request has passed."""

import contextlib
from collections.abc import Callable
from time import perf_counter, time
from typing import Any

from graphsignal_mw.middleware.body import ABSENT, LOOK_AT, SKIPPED, Body, taken
from graphsignal_mw.middleware.routes import Match
from graphsignal_mw.records import ExceptionEvent, Exchange, Headers, Outcome

Fault = Callable[[Exception], Any] | None

# By name: asyncio, trio, gevent and the servers are not ours to import.
_DEPARTED = frozenset(
    {"CancelledError", "Cancelled", "ClientDisconnect", "ClientDisconnected", "GeneratorExit", "GreenletExit"}
)


class Capture:
    """Collects one request until :meth:`finish`. Its outcome is *aborted* unless told otherwise.

    A body that comes in one piece, as most do, is kept as these bytes; a :class:`Body` gathers any other.
    Nothing here may cost the request: callers give what goes wrong to :meth:`defect`.
    """

    __slots__ = (
        "_began",
        "_fault",
        "_limit",
        "_match",
        "_request_headers",
        "_started_at",
        "at_once",
        "completed",
        "departed",
        "done",
        "duration",
        "exception",
        "failure",
        "request",
        "response",
        "response_headers",
        "status",
    )

    def __init__(self, match: Match, headers: Headers, limit: int, fault: Fault) -> None:
        self._match, self._request_headers, self._limit, self._fault = match, headers, limit, fault
        self.at_once = limit if limit < LOOK_AT else LOOK_AT  # bytes of a body in one piece that need no second look
        self.request: bytes | Body = ABSENT
        self.response: bytes | Body = ABSENT
        self.response_headers: Headers = ()
        self.status: int | None = None
        self.duration: float | None = None
        self.exception: ExceptionEvent | None = None
        self.completed = self.departed = self.failure = self.done = False
        self._started_at = time()
        self._began = perf_counter()

    @property
    def ended(self) -> bool:
        """Whether the last byte of the response has been given away, or there will be none."""
        return self.duration is not None

    def add_request(self, chunk: Any, last: bool) -> None:
        """Keep a chunk of the request's body; ``last`` says that the body ends with it."""
        if self.request is ABSENT:
            self.request = Body(self._limit, self._request_headers, self._match[0].takes_lines)
        if isinstance(self.request, Body):
            self.request.add(chunk, last)

    def add_response(self, chunk: Any, last: bool) -> None:
        """Keep a chunk of the response's body; ``last`` says that the body ends with it."""
        if self.response is ABSENT:
            self.response = Body(self._limit, self.response_headers, self._match[0].takes_lines)
        if isinstance(self.response, Body):
            self.response.add(chunk, last)

    def skip_response(self) -> None:
        """Keep nothing of the response's body."""
        self.response = SKIPPED

    def note(self, error: BaseException) -> None:
        """Keep ``error`` as strings, unless there is one already."""
        if not self.done and self.exception is None:
            self.exception = ExceptionEvent.of(error)

    def complete(self) -> None:
        """Stop the clock: the last byte of the response has been given away."""
        if self.duration is None:
            self.duration = perf_counter() - self._began
            self.completed = self.status is not None and not self.departed

    def failed(self, error: BaseException) -> None:
        """Say that the app raised ``error``. A client that left, or a cancelled task, is no failure."""
        try:
            if not self._is_departure(error):
                self.failure = True
                self.note(error)
        except Exception as defect:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(defect)

    def end(self) -> None:
        """Say that the app has returned, or raised. What it does later is no part of this request."""
        self.done = True
        if self.duration is None:
            self.duration = perf_counter() - self._began

    def finish(self) -> Exchange:
        """Return the exchange, and let go of everything: contexts of background tasks may keep this object."""
        status, exception = self.status, self.exception
        outcome: Outcome = "failed" if self.failure else "completed" if self.completed else "aborted"
        if outcome != "failed" and (status or 0) < 500:
            exception = None  # a hook told of it, and then a handler of the app answered it
        (request, request_state), (response, response_state) = taken(self.request), taken(self.response)
        exchange = Exchange(
            *self._match,
            self._started_at,
            self.duration or 0.0,
            status,
            outcome,
            self._request_headers,
            self.response_headers,
            request,
            response,
            request_state,
            response_state,
            exception,
        )
        self.request = self.response = ABSENT
        self._request_headers = self.response_headers = ()
        self.exception = None
        return exchange

    def defect(self, error: Exception) -> None:
        """Tell of a defect of ours: the request is still counted, its bodies are not looked at."""
        self.request = self.response = SKIPPED
        report(self._fault, error)

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
