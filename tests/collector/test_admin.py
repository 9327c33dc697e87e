import pytest

from .conftest import Caller

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


@pytest.mark.parametrize("scope", ["ingest", "read", "edit"])
def test_only_an_admin_deletes_and_reads_the_audit_log(app, filled, scope):
    caller = Caller(app, authorization=f"Bearer {filled.create_key('default', [scope], 'x')}")
    assert caller.request("DELETE", MODEL).status_code == 403
    assert caller.request("DELETE", f"{MODEL}/markers").status_code == 403
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
