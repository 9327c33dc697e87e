import pytest

from graphsignal_mw.store import Issue


@pytest.fixture
def issues(store):
    found = [
        Issue(deployment="model", family="drift", severity="high", opened=opened, updated=opened + 300)
        for opened in (1000, 2000, 3000)
    ]
    found[0].columns = [{"stream": "features", "name": "x", "effect": 1.0, "explanation": "moved"}]
    return store.save_issues("default", "model", found)


def test_list(caller, issues):
    found = caller.get("/api/v1/issues").json()
    assert [i["opened"] for i in found] == [3000, 2000, 1000]
    assert found[2]["columns"][0]["name"] == "x"
    assert {"id", "deployment", "family", "state", "severity", "updated", "resolved", "explanation"} <= found[0].keys()


def test_filters(caller, issues):
    assert len(caller.get("/api/v1/issues", params={"deployment": "model", "state": "open"}).json()) == 3
    assert caller.get("/api/v1/issues", params={"deployment": "other"}).json() == []
    assert caller.get("/api/v1/issues", params={"state": "muted"}).json() == []
    assert caller.get("/api/v1/issues", params={"state": "closed"}).status_code == 400


def test_pages(caller, issues):
    first = caller.get("/api/v1/issues", params={"limit": 2})
    following = first.headers["link"].partition(">")[0].lstrip("<")
    assert [i["opened"] for i in first.json() + caller.get(following).json()] == [3000, 2000, 1000]


@pytest.mark.parametrize(
    ("action", "state"),
    [("acknowledge", "acknowledged"), ("mute", "muted"), ("resolve", "resolved"), ("accept", "resolved")],
)
def test_actions(caller, issues, action, state):
    path = f"/api/v1/issues/{issues[0].id}"
    assert caller.post(f"{path}/{action}").json()["state"] == state
    found = caller.get(path).json()
    assert (found["state"], found["decision"]) == (state, action)
    assert [(e["action"], e["actor"]) for e in found["events"]] == [("open", "detection"), (action, "local")]


def test_unknown(caller, issues):
    assert caller.get("/api/v1/issues/99").status_code == 404
    assert caller.post("/api/v1/issues/99/mute").status_code == 404
    assert caller.get("/api/v1/issues/x").status_code == 404
    assert caller.post(f"/api/v1/issues/{issues[0].id}/delete").status_code == 404
    assert caller.get("/api/v1/issues/99999999999999999999").status_code == 404
