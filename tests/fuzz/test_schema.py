"""Schemathesis calls the example app, as its own OpenAPI describes it: with us and without us the answers are the same.

A few seconds by default; ``FUZZ_EXAMPLES`` says how many requests instead.
"""

import copy
import importlib
import sys
from pathlib import Path

import pytest
import schemathesis
from hypothesis import given
from starlette.testclient import TestClient

import graphsignal_mw
from graphsignal_mw.demo.processes import free_port

from .plans import fuzzed

FOLDER = Path(__file__).parents[2] / "examples" / "flights"
VOLATILE = {"date"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The example, as its README starts it; its collector is away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FOLDER)
        patch.syspath_prepend(str(FOLDER))
        patch.setenv("GRAPHSIGNAL_MW_URL", f"http://127.0.0.1:{free_port()}")
        patch.setenv("GRAPHSIGNAL_MW_SPOOL_DIR", str(tmp_path_factory.mktemp("spool")))
        yield importlib.import_module("fastapi_app").app
        graphsignal_mw.shutdown(timeout=0.1)
        for name in ("fastapi_app", "model", "data"):
            sys.modules.pop(name, None)


def without_us(app):
    """The same app, as if the one line had never been added."""
    bare = copy.copy(app)
    bare.user_middleware, bare.middleware_stack = [], None
    return bare


def test_the_example_answers_the_same_with_us(app):
    schema = schemathesis.openapi.from_dict(app.openapi())
    bare = TestClient(without_us(app), raise_server_exceptions=False)
    ours = TestClient(app, raise_server_exceptions=False)

    @fuzzed(40)
    @given(schema.as_strategy())
    def same(case):
        expected, found = (answer(client, case) for client in (bare, ours))
        assert found == expected

    same()
    assert graphsignal_mw.stats()["requests"] > 0  # what was asked is monitored


def answer(client, case):
    given = case.as_transport_kwargs(base_url="http://testserver")
    body = {"json": given["json"]} if "json" in given else {"content": given.get("data") or b""}
    found = client.request(
        given["method"], given["url"], headers=dict(given["headers"]), params=given.get("params"), **body
    )
    headers = [(name, value) for name, value in found.headers.multi_items() if name not in VOLATILE]
    return found.status_code, headers, found.content
