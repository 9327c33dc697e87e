"""The templates, and what they can call."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graphsignal_mw._version import __version__
from graphsignal_mw.dashboard.formats import FORMATS


@cache
def templates() -> Environment:
    """Return the templates of this package, which escape everything and refuse unknown names."""
    environment = Environment(
        loader=PackageLoader("graphsignal_mw.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FORMATS, data=data_block)
    environment.globals.update(asset=asset, version=__version__)
    return environment


def data_block(value: Any) -> Markup:
    """JSON that is safe inside ``<script type="application/json">``."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704


def asset(name: str) -> str:
    """Address of a static file; it changes with the version, so that a browser may keep it."""
    return f"/static/{name}?v={__version__}"


def path(*parts: str, query: Mapping[str, str | None] | None = None) -> str:
    """Address made of ``parts``, each quoted, and of the parameters that are set.

    >>> path("deployments", "a b", query={"range": "7d", "version": None})
    '/deployments/a%20b?range=7d'
    """
    given = {key: value for key, value in (query or {}).items() if value}
    return "/" + "/".join(quote(part, safe="") for part in parts) + (f"?{urlencode(given)}" if given else "")
