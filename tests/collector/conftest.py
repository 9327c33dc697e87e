import asyncio
import time

import httpx2
import pytest

from graphsignal_mw.server import ServerSettings, create_app

from .service import HEADERS, PATH, Service, upload


class Caller:
    """Asks an app in this process, from an address of choice; an error of the app is an answer, not an exception."""

    def __init__(self, app, peer="127.0.0.1", url="http://localhost:8900", **headers):
        self.transport = httpx2.ASGITransport(app, raise_app_exceptions=False, client=(peer, 40000))
        self.url, self.headers = url, {name.replace("_", "-"): value for name, value in headers.items()}

    def request(self, method, path, **options):
        async def ask():
            async with httpx2.AsyncClient(transport=self.transport, base_url=self.url, headers=self.headers) as client:
                return await client.request(method, path, **options)

        return asyncio.run(ask())

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def post_all(self, path, bodies, **options):
        """Post all ``bodies`` at once."""

        async def ask():
            async with httpx2.AsyncClient(transport=self.transport, base_url=self.url, headers=self.headers) as client:
                return await asyncio.gather(*(client.post(path, content=body, **options) for body in bodies))

        return asyncio.run(ask())


@pytest.fixture
def app(store, tmp_path):
    return create_app(ServerSettings(data_dir=tmp_path / "data"), store)


@pytest.fixture
def caller(app):
    return Caller(app)


@pytest.fixture
def filled(store):
    """Three deployments; ``model`` has two versions in two windows."""
    now = int(time.time())
    uploads = [
        upload(0, now=now - 900),
        upload(1, now=now, version="v2"),
        upload(2, deployment="a/b"),
        upload(3, deployment="other"),
    ]
    for each in uploads:
        store.ingest("default", each, now)
    store.compact()
    return store


@pytest.fixture
def service(tmp_path):
    started = Service(tmp_path / "data", "--detect-every", "1")
    yield started
    if started.process.poll() is None:
        started.stop()


__all__ = ["HEADERS", "PATH", "Caller"]
