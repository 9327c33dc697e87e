"""What strangers and people with little power try: over all routes, and with requests that no browser sends."""

import itertools
import re

import pytest
from starlette.routing import Route

from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import Envelope, stats_to_part

from .conftest import Caller
from .test_auth import PUBLIC
from .test_people import HTML, OWN, sign_in
from .test_projects import kept

OPEN = {"/healthz", "/readyz", "/sign-in"}
EVIL = 'x\rSet-Cookie: a=b"><script>?#\\'
MODEL = "/api/v1/deployments/model"


def ways(app):
    """Every route and method that is not for everybody, with something in its path."""
    for route in app.app.routes:
        if isinstance(route, Route) and route.path not in OPEN:
            path = re.sub(r"{(\w+)(:\w+)?}", lambda found: "1" if found[1] == "id" else "model", route.path)
            yield from ((method, path) for method in sorted(route.methods - {"HEAD"}))


def refused(app, caller):
    """The ways that a caller may not go."""
    return {way for way in ways(app) if caller.request(*way, headers=OWN).status_code in {401, 403}}


def test_a_stranger_is_answered_nowhere(app, filled):
    assert refused(app, Caller(app, **PUBLIC)) == set(ways(app))
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "TRACE"):
        assert Caller(app, **PUBLIC).request(method, "/").status_code == 401


def test_a_key_that_may_send_can_do_nothing_else(app, filled):
    secret = filled.create_key("default", ["ingest"], "service")
    allowed = set(ways(app)) - refused(app, Caller(app, **PUBLIC, authorization=f"Bearer {secret}"))
    assert allowed == {("POST", "/api/v1/deltas"), ("POST", f"{MODEL}/markers")}
    assert sign_in(app, secret).status_code == 401


def test_a_key_that_may_look_changes_nothing_and_sees_no_keys(app, filled):
    secret = filled.create_key("default", ["read"], "ann")
    before = kept(filled, "default")
    allowed = set(ways(app)) - refused(app, Caller(app, **PUBLIC, authorization=f"Bearer {secret}"))
    assert {path for method, path in allowed if method != "GET"} == {"/sign-out"}
    assert not {path for _, path in allowed if "keys" in path or "audit" in path}
    assert kept(filled, "default")[:3] == before[:3]
    assert len(filled.keys("default")) == 1


@pytest.mark.parametrize("name", ["host", "authorization", "origin", "sec-fetch-site", "x-forwarded-proto"])
def test_a_header_that_decides_something_may_come_once(app, name):
    headers = [("host", "localhost:8900")] if name != "host" else []
    twice = [*headers, (name, "localhost"), (name, "evil.example")]
    assert Caller(app).get("/api/v1/deployments", headers=twice).status_code == 400
    assert Caller(app).get("/healthz", headers=[("x-other", "a"), ("x-other", "b")]).status_code == 200


@pytest.mark.parametrize("name", ["x-user", "x-role"])
def test_a_name_that_a_browser_adds_to_that_of_the_proxy_is_refused(filled, tmp_path, name):
    settings = ServerSettings(data_dir=tmp_path / "x", user_header="X-User", role_header="X-Role")
    person = Caller(create_app(settings, filled), "127.0.0.1", "http://c.example")
    said = [("x-user", "ann"), ("x-role", "view")]
    assert person.get("/", headers=said).status_code == 200
    assert person.get("/", headers=[*said, (name, "admin")]).status_code == 400


@pytest.mark.parametrize(
    "host",
    ["localhost@evil", "evil@localhost", "localhost/evil", 'localhost:8900"><script>', "localhost evil", "localhost:x"],
)
def test_a_host_that_is_no_name_is_not_this_machine(app, host):
    assert Caller(app).get("/api/v1/deployments", headers={"Host": host}).status_code == 401


def test_a_head_with_too_many_headers_or_too_long_a_path_is_refused_before_anything_else(app, filled):
    many = [(f"x-{n}", "1") for n in range(250)]
    assert Caller(app, **PUBLIC).get("/healthz", headers=many).status_code == 431
    # More digits than Python reads as a number.
    assert Caller(app).get(f"/issues/{'9' * 5000}").status_code == 414
    assert Caller(app).get(f"/api/v1/issues/{'9' * 1900}").status_code == 404


def test_a_name_cannot_end_a_header_or_a_line_of_the_log(app, store, caplog):
    stats = WindowStats()
    stats.features.update({"a": [1.0], "b": [2.0], "имя": [3.0]})
    store.ingest("default", Envelope(1, "boot-0001", 1, 0, 300, [stats_to_part(EVIL, "", 300, stats)]), 0)
    store.compact()
    path = "/api/v1/deployments/x%0DSet-Cookie%3A%20a%3Db%22%3E%3Cscript%3E%3F%23%5C/columns"
    answer = Caller(app).get(path, params={"from": 0, "to": 600, "limit": 2})
    following = re.fullmatch(r"<([^\s<>\"]+)>; rel=\"next\"", answer.headers["link"])[1]
    assert [column["name"] for column in Caller(app).get(following).json()] == ["имя"]
    with store.write() as connection:
        connection.exec_driver_sql("DROP TABLE columns")
    assert Caller(app).get(f"{path}?from=0").status_code == 503
    assert "%0DSet-Cookie" in caplog.records[-1].getMessage()


def test_who_has_to_sign_in_comes_back_to_the_very_address(app, filled):
    path = "/deployments/a%25b%3Fc%23d%2Fe%0A?range=7d"
    answer = Caller(app, **PUBLIC).get(path, headers=HTML)
    page = Caller(app, **PUBLIC).get(answer.headers["location"]).text
    assert 'value="/deployments/a%25b%3Fc%23d/e%0A?range=7d"' in page


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py",
        "/static/%2e%2e/site.py",
        "/static/..%2fsite.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/vendor/..%5c..%5csite.py",
    ],
)
def test_files_are_those_of_the_pages_only(app, path):
    assert Caller(app).get(path).status_code == 404


def test_what_is_asked_for_is_a_value_and_never_a_part_of_the_query(app, filled):
    texts = ["' OR 1=1 --", '"; DROP TABLE keys; --', "%' OR '1'='1", "\\", "\x00", "\U0001f989" * 300]
    paths = [MODEL, f"{MODEL}/series", f"{MODEL}/columns", "/api/v1/issues", "/deployments/model", "/issues"]
    for key, path, text in itertools.product(("version", "segment", "column", "deployment", "cursor"), paths, texts):
        answer = Caller(app).get(path, params={"stream": "features", key: text} if key == "column" else {key: text})
        assert answer.status_code in {200, 400}, (path, key, text)
        if answer.status_code == 200 and path.startswith("/api/"):
            found = answer.json()
            rows = found if isinstance(found, list) else found.get("points", [found])
            assert not any(row.get("value") or row.get("count") or row.get("requests") for row in rows)
    assert [d.name for d in filled.deployments("default")] == ["a/b", "model", "other"]


def test_an_answer_that_would_cost_too_much_is_refused(app, filled):
    with filled.write() as connection:
        connection.exec_driver_sql(
            """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 300000)
            INSERT INTO columns (project, deployment, level, bucket, version, stream, name, count, missing, zeros,
                                 empties, types, n)
            SELECT 'default', 'model', 0, i, '', 'features', 'x', 1, 0, 0, 0, '{}', 0 FROM n"""
        )
    everything = {"from": 0, "to": 10**9}
    for path, query in (("columns", {}), ("series", {"stream": "features", "column": "x"})):
        answer = Caller(app).get(f"{MODEL}/{path}", params={**everything, **query})
        assert answer.status_code == 422
        assert "expected a range with at most 300,000" in answer.json()["detail"]
    assert Caller(app).get(f"{MODEL}/columns").status_code == 200
    assert Caller(app).get(f"{MODEL}/columns", params={**everything, "stream": "predictions"}).status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/projects/none/", "/projects/<script>/"])
def test_people_are_told_on_a_page_what_is_wrong(app, path):
    answer = Caller(app).get(path, headers=HTML)
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text
    assert "<script" not in answer.text
    assert Caller(app).get(path).headers["content-type"] == "application/problem+json"
    assert Caller(app).get("/api/v1/nothing", headers=HTML).headers["content-type"] == "application/problem+json"
