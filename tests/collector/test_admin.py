import re

import pytest
from starlette.routing import Route

from graphsignal_mw.store import check_name
from graphsignal_mw.wire import encode

from .conftest import HEADERS, PATH, Caller
from .service import upload

MODEL = "/api/v1/deployments/model"


def test_a_deployment_ends(caller, filled):
    answer = caller.request("DELETE", MODEL)
    assert answer.status_code == 200
    assert answer.json()["deleted"] == "model"
    assert caller.get(MODEL).status_code == 404
    assert [each["name"] for each in caller.get("/api/v1/deployments").json()] == ["a/b", "other"]
    assert caller.request("DELETE", MODEL).status_code == 404
    (entry,) = caller.get("/api/v1/audit").json()
    assert (entry["actor"], entry["action"]) == ("local", "delete deployment")
    assert entry["detail"].startswith("model: ")


def test_a_deployment_gets_another_name_and_answers_to_both(caller, filled):
    answer = caller.post(f"{MODEL}/rename", json={"name": "fraud/eu"})
    assert (answer.status_code, answer.json()) == (200, {"renamed": "model", "name": "fraud/eu"})
    assert caller.post(PATH, content=encode(upload(9)), headers=HEADERS).status_code == 200
    filled.compact()
    for path in (MODEL, "/api/v1/deployments/fraud/eu"):
        found = caller.get(path).json()
        assert (found["deployment"], found["requests"]) == ("fraud/eu", 30)
    assert caller.post(f"{MODEL}/markers", json={"text": "v3"}).json()["deployment"] == "fraud/eu"
    assert [each["name"] for each in caller.get("/api/v1/deployments").json()] == ["a/b", "fraud/eu", "other"]
    assert caller.get("/api/v1/audit").json()[0]["detail"] == "model to fraud/eu"


@pytest.mark.parametrize(
    ("deployment", "body", "status"),
    [
        ("model", {"name": "other"}, 409),
        ("none", {"name": "new"}, 404),
        ("model", {}, 422),
        ("model", {"name": 5}, 422),
        ("model", {"name": ""}, 422),
        ("model", {"name": "x/columns"}, 422),
        ("model", [], 400),
    ],
)
def test_names_that_a_deployment_does_not_get(caller, filled, deployment, body, status):
    answer = caller.post(f"/api/v1/deployments/{deployment}/rename", json=body)
    assert answer.status_code == answer.json()["status"] == status
    assert [deployment.name for deployment in filled.deployments("default")] == ["a/b", "model", "other"]


def test_no_deployment_is_called_as_an_address_of_another(app, caller):
    """Whatever follows a deployment in an address cannot be the end of a name."""
    paths = {route.path.partition("{deployment:path}")[2] for route in app.app.routes if isinstance(route, Route)}
    words = {word for path in paths for word in re.findall(r"[a-z]+", re.sub(r"{.*?}", "", path))}
    assert {"columns", "rename", "heatmap"} <= words
    for word in words:
        answer = caller.post(PATH, content=encode(upload(1, deployment=f"model/{word}")), headers=HEADERS)
        assert answer.status_code == 422
        assert f"expected a name without /{word}" in answer.json()["detail"]
        check_name(word)


@pytest.mark.parametrize("scope", ["ingest", "read", "edit"])
def test_only_an_admin_deletes_renames_and_reads_the_audit_log(app, filled, scope):
    caller = Caller(app, authorization=f"Bearer {filled.create_key('default', [scope], 'x')}")
    assert caller.request("DELETE", MODEL).status_code == 403
    assert caller.request("DELETE", f"{MODEL}/markers").status_code == 403
    assert caller.post(f"{MODEL}/rename", json={"name": "new"}).status_code == 403
    assert caller.get("/api/v1/audit").status_code == 403
    assert caller.get("/keys").status_code == 403
    assert [d.name for d in filled.deployments("default")] == ["a/b", "model", "other"]


def test_another_project_neither_deletes_nor_sees_who_did(app, filled):
    caller = Caller(app, authorization=f"Bearer {filled.create_key('elsewhere', ['admin'], 'them', actor='them')}")
    assert caller.request("DELETE", MODEL).status_code == 404
    assert [entry["actor"] for entry in caller.get("/api/v1/audit").json()] == ["them"]


def test_a_page_of_another_site_deletes_nothing(app, filled):
    assert Caller(app, origin="https://evil.example").request("DELETE", MODEL).status_code == 403
    assert len(filled.deployments("default")) == 3


def test_the_audit_log_has_a_limit(caller, store):
    for name in "abc":
        store.create_key("default", ["read"], name)
    assert [entry["detail"][0] for entry in caller.get("/api/v1/audit?limit=2").json()] == ["c", "b"]
    assert caller.get("/api/v1/audit?limit=0").status_code == 400
