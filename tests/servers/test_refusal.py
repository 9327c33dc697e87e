"""A configuration that is wrong is refused at start, and never at a request."""

import asyncio
import subprocess
import sys

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import graphsignal_mw as graphsignal
from graphsignal_mw.errors import ConfigError

BAD = {"endpoints": [{"path": "predict", "deployment": "x", "feature": "$.x"}]}
MESSAGES = (
    "endpoints[0].path: 'predict'; expected a path",
    "endpoints[0].feature: unknown key; did you mean 'features'",
)
APP = f"""
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
import graphsignal_mw as graphsignal

app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("served"))])
app.add_middleware(graphsignal.ASGIMiddleware, config={BAD!r})
"""


def served():
    return Starlette(routes=[Route("/", lambda _: PlainTextResponse("served"))])


@pytest.mark.parametrize("add", [graphsignal.ASGIMiddleware, graphsignal.WSGIMiddleware, graphsignal.instrument])
def test_it_raises_where_the_user_configures(add):
    with pytest.raises(ConfigError) as caught:
        add(served(), config=BAD)
    assert all(message in str(caught.value) for message in MESSAGES)


@pytest.mark.parametrize("command", [["uvicorn"], ["uvicorn", "--workers", "1"], ["hypercorn"]])
def test_a_server_that_builds_the_middleware_does_not_start(tmp_path, command):
    (tmp_path / "app.py").write_text(APP)
    port = ["--bind", "127.0.0.1:0"] if command == ["hypercorn"] else ["--port", "0"]
    done = subprocess.run(
        [sys.executable, "-m", *command, "app:app", *port],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0 or command == ["hypercorn"]  # which ends, but calls it a success
    assert all(message in done.stdout + done.stderr for message in MESSAGES)


def test_where_no_lifespan_is_asked_for_the_bare_app_is_served(caplog):
    app = served()
    app.add_middleware(graphsignal.ASGIMiddleware, config=BAD)

    async def ask():
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            return [(await client.get("/")).text for _ in range(2)]

    assert asyncio.run(ask()) == ["served", "served"]
    (record,) = [record for record in caplog.records if record.name == "graphsignal_mw"]
    assert all(message in record.getMessage() for message in MESSAGES)
