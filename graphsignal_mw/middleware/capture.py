"""One captured request: what ASGI and WSGI have in common. It fills an Exchange while the request passes."""

import contextlib
import time
from asyncio import CancelledError
from collections.abc import Callable
from typing import Any

from graphsignal_mw.middleware.body import Body, LinesBody
from graphsignal_mw.middleware.routes import Match
from graphsignal_mw.records import ExceptionEvent, Exchange, Headers

Fault = Callable[[Exception], Any] | None

_DEPARTED = frozenset({"Cancelled", "ClientDisconnect", "ClientDisconnected", "GreenletExit"})
_SPENT = Exchange(None, {}, 0.0, 0.0, None, "aborted")


class Capture:
    """Collects one request until :meth:`finish`. Its outcome is *aborted* unless told otherwise.

    Nothing here may cost the request: callers give what goes wrong to :meth:`defect`.
    """

    __slots__ = ("_began", "_fault", "departed", "done", "ended", "exchange", "request", "response")

    def __init__(self, match: Match, headers: Headers, limit: int, fault: Fault) -> None:
        body = LinesBody if match[0].takes_lines else Body
        self.request, self.response = body(limit, headers), body(limit)
        self.departed = self.done = self.ended = False
        self._fault = fault
        self.exchange = Exchange(match[0], match[1], time.time(), 0.0, None, "aborted", headers)
        self._began = time.perf_counter()

    def note(self, error: BaseException) -> None:
        """Keep ``error`` as strings, unless there is one already."""
        if not self.done and self.exchange.exception is None:
            self.exchange.exception = ExceptionEvent.of(error)

    def complete(self) -> None:
        """Stop the clock: the last byte of the response has been given away."""
        if self.ended:
            return
        self.ended = True
        exchange = self.exchange
        exchange.duration = time.perf_counter() - self._began
        if exchange.status is not None and not self.departed and exchange.outcome == "aborted":
            exchange.outcome = "completed"

    def failed(self, error: BaseException) -> None:
        """Say that the app raised ``error``. A client that left, or a cancelled task, is no failure."""
        try:
            if not self._is_departure(error):
                self.exchange.outcome = "failed"
                self.note(error)
        except Exception as defect:  # noqa: BLE001 - a defect of ours costs a record, never a request
            self.defect(defect)

    def finish(self) -> Exchange:
        """Return the exchange, and let go of everything: contexts of background tasks may keep this object."""
        exchange, self.exchange, self.done = self.exchange, _SPENT, True
        if not self.ended:
            exchange.duration = time.perf_counter() - self._began
        if exchange.outcome != "failed" and (exchange.status or 0) < 500:
            exchange.exception = None  # a hook told of it, and then a handler of the app answered it
        request, response = self.request, self.response
        exchange.request_state, exchange.response_state = request.state, response.state
        exchange.request_body, exchange.response_body = request.taken(), response.taken()
        exchange.response_headers = response.headers
        return exchange

    def defect(self, error: Exception) -> None:
        """Tell of a defect of ours: the request is still counted, its bodies are not looked at."""
        self.request.give_up("skipped")
        self.response.give_up("skipped")
        report(self._fault, error)

    def _is_departure(self, error: BaseException) -> bool:
        if isinstance(error, (CancelledError, GeneratorExit)) or type(error).__name__ in _DEPARTED:
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
