import pytest

from graphsignal_mw.collector.permissions import is_open, needed_scopes


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("POST", "/api/v1/deltas", ("ingest",)),
        ("GET", "/api/v1/deployments", ("read",)),
        ("HEAD", "/metrics", ("read",)),
        ("POST", "/api/v1/deployments/model/markers", ("ingest", "edit")),
        ("DELETE", "/api/v1/deployments/a/markers", ("admin",)),
        ("DELETE", "/api/v1/issues/1/mute", ("admin",)),
        ("POST", "/api/v1/issues/1/mute", ("edit",)),
        ("POST", "/issues/1/mute", ("edit",)),
        ("POST", "/deployments/x/markers", ("admin",)),
        ("POST", "/something/new", ("admin",)),
        ("GET", "/keys", ("admin",)),
        ("POST", "/keys/1/revoke", ("admin",)),
        ("GET", "/api/v1/audit", ("admin",)),
        ("POST", "/sign-out", ("read",)),
    ],
)
def test_needed_scopes(method, path, scopes):
    assert needed_scopes(method, path) == scopes


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/healthz", True),
        ("/sign-in", True),
        ("/static/x.css", True),
        ("/", False),
        ("/staticx", False),
        ("/metrics", False),
    ],
)
def test_what_everybody_may_ask_for(path, answer):
    assert is_open(path) == answer
