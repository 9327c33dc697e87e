"""Every framework's app, bare and monitored."""

from collections import Counter
from contextlib import ExitStack

import pytest
from django.test import override_settings

import graphsignal_mw
from graphsignal_mw.delivery import Spool
from graphsignal_mw.wire import decode

from . import (
    bottle_app,
    django_app,
    falcon_asgi_app,
    falcon_wsgi_app,
    fastapi_app,
    flask_app,
    litestar_app,
    quart_app,
    starlette_app,
)

BUILDERS = {
    "starlette": starlette_app.build,
    "fastapi": fastapi_app.build,
    "flask": flask_app.build,
    **django_app.HANDLERS,
    "quart": quart_app.build,
    "litestar": litestar_app.build,
    "falcon_wsgi": falcon_wsgi_app.build,
    "falcon_asgi": falcon_asgi_app.build,
    "bottle": bottle_app.build,
}
IN_PLACE = ("starlette", "fastapi", "flask", "quart", "litestar", "bottle")
PATHS = ("/{anything}",)


class Monitored:
    """Apps of ``instrument()``, and what would be uploaded of them."""

    def __init__(self, folder):
        self._folder = folder

    def add(self, app, *paths, **settings):
        """Return what ``instrument()`` says to serve, with these endpoints."""
        common = {"deployment": "model", "methods": ["GET", "POST"], "features": "$.x", "predictions": "$.y"}
        endpoints = [{"path": path, **common} for path in paths]
        config = {"endpoints": endpoints} if paths else {}
        return graphsignal_mw.instrument(app, config=config, spool_dir=str(self._folder), **settings)

    def parts(self):
        """All that would be uploaded."""
        graphsignal_mw.flush()
        for path in self._folder.rglob("*.delta"):
            (body,) = Spool(path.parent.parent, path.parent.name).read(path)
            yield from decode(body.data).parts

    def counters(self):
        """The counters of all requests, and the exceptions of each upload."""
        parts = list(self.parts())
        counters = sum((Counter(part.counters) for part in parts), Counter())
        exceptions = [found for part in parts for found in part.exceptions]
        return counters, exceptions

    def columns(self):
        """The names of the features and of the predictions."""
        parts = list(self.parts())
        return [
            {name for part in parts for name in getattr(part, stream).columns} for stream in ("features", "predictions")
        ]


@pytest.fixture
def monitored(tmp_path):
    yield Monitored(tmp_path)
    graphsignal_mw.shutdown()


@pytest.fixture(params=BUILDERS)
def framework(request):
    """The name of a framework, which can be built."""
    with ExitStack() as stack:
        if request.param in django_app.HANDLERS:
            django_app.configure()
            stack.enter_context(override_settings(**django_app.SETTINGS))
        yield request.param
