"""Errors as problem documents (RFC 9457): what was wrong, with which value, and what was expected."""

import html
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from graphsignal_mw.collector.projects import inner_path
from graphsignal_mw.errors import InvalidNameError, NameTakenError, UnknownNameError, WireError
from graphsignal_mw.store import StorageError, StorageFullError

logger = logging.getLogger(__name__)

TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "In conflict with what is there",
    413: "Too large",
    414: "The address is too long",
    415: "Media type not supported",
    422: "Not valid",
    429: "Too often",
    431: "Too many headers",
    500: "Something is wrong with the collector",
    503: "Not available now",
}
_NAMES = ((UnknownNameError, 404), (NameTakenError, 409), (InvalidNameError, 422))
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/static/dashboard.css"></head>
<body><main><div class="card empty"><h1>{title}</h1><p class="muted">{detail}</p>
<p><a href="/">To the first page</a></p></div></main></body></html>
"""
_SHOWN = 200  # characters of a value that are repeated


class Problem(Exception):  # noqa: N818 - the name that RFC 9457 gives it
    """An answer that is an error. ``errors`` name key, value and expectation; ``headers`` go with it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.detail, self.errors, self.headers = status, detail, list(errors), dict(headers or {})
        super().__init__(detail)

    def response(self) -> Response:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        return JSONResponse(document, self.status, self.headers, media_type="application/problem+json")


def invalid(key: str, value: object, expectation: str, status: int = 400) -> Problem:
    """Return the problem of one parameter."""
    shown = repr(value)[:_SHOWN]
    error = {"key": key, "value": shown, "expectation": expectation}
    return Problem(status, f"{key}: {shown}; expected {expectation}", errors=[error])


def problem_of(error: Exception) -> Problem:
    """Return the problem that an exception is answered with."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return Problem(error.status_code, str(error.detail), headers=error.headers)
    if isinstance(error, WireError):
        return Problem(error.status, str(error))
    named = next((status for kind, status in _NAMES if isinstance(error, kind)), None)
    return Problem(named, str(error)) if named else _failure(error)


def _failure(error: Exception) -> Problem:
    if isinstance(error, StorageFullError):
        return Problem(503, "The disk of the database is full; nothing was stored.", headers={"Retry-After": "60"})
    if isinstance(error, StorageError):
        return Problem(503, "The database does not answer; nothing was stored.", headers={"Retry-After": "5"})
    return Problem(500, "The collector's log says more.")


async def answer_problem(request: Request, error: Exception) -> Response:
    """Answer ``error``; a handler for Starlette's exceptions."""
    problem = problem_of(error)
    if problem.status >= 500:
        logger.error("%s %s: %s", request.method, quote(request.scope["path"]), error, exc_info=error)
    is_page = not inner_path(request.scope).startswith("/api/")
    if is_page and problem.status == 401 and request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={**problem.headers, "HX-Redirect": "/sign-in"})
    if is_page and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return _for_people(request, problem)
    return problem.response()


def _for_people(request: Request, problem: Problem) -> Response:
    """Return the way to the page where people sign in, or a page that says what is wrong."""
    if problem.status != 401:
        title = TITLES.get(problem.status, "Error")
        page = _PAGE.format(title=html.escape(title), detail=html.escape(problem.detail))
        return HTMLResponse(page, problem.status, problem.headers)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse("/sign-in?" + urlencode({"next": quote(request.scope["path"]) + query}), 303)


_OURS = (Problem, WireError, UnknownNameError, InvalidNameError, StorageError)
HANDLED: tuple[type[Exception] | int, ...] = (*_OURS, HTTPException, 500)
HANDLERS: dict[Any, Any] = dict.fromkeys(HANDLED, answer_problem)
