"""Names made of the request: ``{param}`` of the path and ``$request.headers.<name>``."""

import re
from collections.abc import Mapping

from graphsignal_mw.mapping.body import header
from graphsignal_mw.records import Exchange

_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HEADER = re.compile(r"\$(request|response)\.headers\.([A-Za-z0-9-]+)")


def parameters(text: str) -> set[str]:
    """Return the names of the path parameters that ``text`` uses."""
    return set(_PARAMETER.findall(text))


def render(text: str, exchange: Exchange) -> str | None:
    """Return ``text`` for one request, or None when a header that it names is absent."""
    missing = False

    def of_header(found: re.Match[str]) -> str:
        nonlocal missing
        headers = exchange.request_headers if found[1] == "request" else exchange.response_headers
        value = header(headers, found[2].lower())
        missing = missing or value is None
        return value or ""

    filled = fill(text, exchange.params)
    rendered = _HEADER.sub(of_header, filled) if "$re" in filled else filled
    return None if missing else rendered[:250]


def fill(text: str, params: Mapping[str, str]) -> str:
    """Return ``text`` with its path parameters."""
    return _PARAMETER.sub(lambda found: params.get(found[1], found[0]), text) if "{" in text else text
