import base64

import pytest

from graphsignal_mw.collector.auth import host_name, is_foreign_form, is_local
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.wire import encode

from .conftest import HEADERS, PATH, Caller
from .service import upload

MODEL = "/api/v1/deployments/model"
PUBLIC = {"peer": "203.0.113.9", "url": "http://collector.example"}


def statuses(caller, seq):
    """What a caller gets for an upload, a look, a marker and an action."""
    return (
        caller.post(PATH, content=encode(upload(seq)), headers=HEADERS).status_code,
        caller.get("/api/v1/deployments").status_code,
        caller.post(f"{MODEL}/markers", json={"text": "v2"}).status_code,
        caller.post("/api/v1/issues/1/mute").status_code,
    )


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["ingest"], (200, 403, 201, 403)),
        (["read"], (403, 200, 403, 403)),
        (["ingest", "read"], (200, 200, 201, 403)),
        (["admin"], (200, 200, 201, 404)),
    ],
)
def test_scopes_of_keys(app, filled, scopes, expected):
    secret = filled.create_key("default", scopes, "tester")
    assert statuses(Caller(app, **PUBLIC, authorization=f"Bearer {secret}"), 50) == expected
    # A key counts on this machine too: it takes away what nobody has given.
    assert statuses(Caller(app, authorization=f"Bearer {secret}"), 51) == expected


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("url", ["http://localhost:8900", "http://127.0.0.1:8900", "http://[::1]:8900"])
def test_without_a_key_this_machine_is_answered(app, filled, peer, url):
    assert Caller(app, peer, url).get("/api/v1/deployments").status_code == 200


@pytest.mark.parametrize(
    ("peer", "url", "headers"),
    [
        ("203.0.113.9", "http://localhost:8900", {}),
        ("192.168.1.2", "http://192.168.1.1:8900", {}),
        ("127.0.0.1", "http://rebound.example:8900", {}),
        ("127.0.0.1", "http://localhost.evil.example", {}),
        ("127.0.0.1", "http://localhost:8900", {"x_forwarded_for": "203.0.113.9"}),
        ("127.0.0.1", "http://localhost:8900", {"forwarded": "for=203.0.113.9"}),
        ("nonsense", "http://localhost:8900", {}),
    ],
)
def test_without_a_key_nobody_else_is(app, filled, peer, url, headers):
    caller = Caller(app, peer, url, **headers)
    assert statuses(caller, 60) == (401, 401, 401, 401)
    assert caller.get("/").status_code == 401
    assert "Bearer" in caller.get("/").headers["www-authenticate"]
    assert caller.get("/metrics").status_code == 401
    assert caller.get("/healthz").status_code == 200


def test_a_key_can_be_asked_of_this_machine_too(filled, tmp_path):
    app = create_app(ServerSettings(data_dir=tmp_path / "data", require_key=True), filled)
    assert Caller(app).get("/api/v1/deployments").status_code == 401


@pytest.mark.parametrize("header", ["Bearer gs_wrong", "Bearer ", "gs_wrong", "Basic !!!", "Basic /w==", "Bearer \xe9"])
def test_wrong_keys(app, filled, header):
    answer = Caller(app).get("/api/v1/deployments", headers={"authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_revoked_keys(app, filled):
    secret = filled.create_key("default", ["admin"], "gone")
    caller = Caller(app, **PUBLIC, authorization=f"Bearer {secret}")
    assert caller.get("/api/v1/deployments").status_code == 200
    filled.revoke_key("default", "1")
    assert caller.get("/api/v1/deployments").status_code == 401


def test_a_browser_signs_in_with_the_key_as_password(app, filled):
    secret = filled.create_key("default", ["read"], "ann")
    basic = base64.b64encode(f"ann:{secret}".encode()).decode()
    assert Caller(app, **PUBLIC, authorization=f"Basic {basic}").get("/").status_code == 200


def test_the_project_is_the_keys(app, filled):
    secret = filled.create_key("elsewhere", ["admin"], "them")
    caller = Caller(app, authorization=f"Bearer {secret}")
    assert caller.get("/api/v1/deployments").json() == []
    assert caller.get(MODEL).status_code == 404
    assert caller.post(PATH, content=encode(upload(1)), headers=HEADERS).json()["duplicate"] is False
    assert filled.totals("default", "model", 0, 2**40).counters["requests"] == 20


def test_metrics_are_those_of_the_collectors_own_project(app, filled):
    """They tell how large the whole database is."""
    secret = filled.create_key("elsewhere", ["admin"], "them")
    answer = Caller(app, **PUBLIC, authorization=f"Bearer {secret}").get("/metrics")
    assert answer.status_code == 403
    assert "rows" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"sec_fetch_site": "same-origin"}, 404),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"origin": "http://localhost:8900"}, 404),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(app, headers, status):
    assert Caller(app, **headers).post("/api/v1/issues/1/mute").status_code == status


def test_every_answer_has_its_headers(app, filled):
    caller = Caller(app)
    for path in ("/", "/api/v1/deployments", "/nothing", "/healthz", "/static/dashboard.css", "/api/v1/deployments/x"):
        headers = caller.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    refused = Caller(app, **PUBLIC).get("/").headers
    assert "default-src 'none'" in refused["content-security-policy"]


def test_a_failure_is_a_problem_document_with_headers_too(app, filled):
    with filled.write() as connection:
        connection.exec_driver_sql("DROP TABLE windows")
    answer = Caller(app).get(MODEL)
    assert answer.status_code == 503
    assert answer.json()["title"] == "Not available now"
    assert answer.headers["retry-after"] == "5"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("host", "name"),
    [("localhost:8900", "localhost"), ("[::1]:8900", "::1"), ("LOCALHOST.", "localhost"), ("[::1", ""), ("", "")],
)
def test_host_name(host, name):
    assert host_name(host) == name


def test_no_host_is_not_local():
    assert not is_local({}, "127.0.0.1")


def test_programs_are_no_foreign_form():
    assert not is_foreign_form({"host": "collector.example"})
