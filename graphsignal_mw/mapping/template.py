"""Names made of the request: ``{param}`` of the path and ``$request.headers.<name>``."""

import re
from collections.abc import Iterable, Mapping

from graphsignal_mw.mapping.body import header
from graphsignal_mw.records import Exchange

MAX_TEXT = 250
UNKNOWN = "unknown"
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HEADER = re.compile(r"\$(request|response)\.headers\.([A-Za-z0-9_-]+)")


def parameters(text: str) -> set[str]:
    """Return the names of the path parameters that ``text`` uses."""
    return set(_PARAMETER.findall(text))


def header_names(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the headers that ``texts`` use, lower case."""
    return tuple({found[1].lower(): None for text in texts for found in _HEADER.findall(text)})


def unknown_sources(text: str) -> list[str]:
    """Return what in ``text`` looks like a source of values and is none: ``$request.header.x``, ``$.body``."""
    return re.findall(r"\$[A-Za-z.][^\s{}]*", _HEADER.sub("", text))


def without_headers(text: str) -> str:
    """Return ``text`` with ``unknown`` in place of every header."""
    return _HEADER.sub(UNKNOWN, text)


def render(text: str, exchange: Exchange) -> str | None:
    """Return ``text`` for one request, None when a header that it uses is missing."""
    missing = False

    def of_header(found: re.Match[str]) -> str:
        nonlocal missing
        headers = exchange.request_headers if found[1] == "request" else exchange.response_headers
        value = header(headers, found[2].lower())
        missing = missing or not value
        return value or ""

    # Headers first: what a path parameter holds is the client's, and no template.
    rendered = _HEADER.sub(of_header, text) if "$re" in text else text
    return None if missing else fill(rendered, exchange.params)[:MAX_TEXT]


def fill(text: str, params: Mapping[str, str]) -> str:
    """Return ``text`` with its path parameters."""
    return _PARAMETER.sub(lambda found: params.get(found[1], found[0]), text) if "{" in text else text
