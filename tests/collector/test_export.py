import json

import pytest

from graphsignal_mw.store import Issue

from .conftest import Caller

MODEL = "/api/v1/deployments/model"


def exported(caller, path=f"{MODEL}/export"):
    answer = caller.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def of_kind(records, kind):
    return [record for record in records if record["record"] == kind]


def test_everything_is_there_once(caller, filled):
    filled.add_marker("default", "model", "v2", at=1_700_000_000)
    filled.save_issues("default", "model", [Issue(deployment="model", family="x", severity="low", opened=1, updated=2)])
    found = exported(caller)
    assert [record["name"] for record in of_kind(found, "deployment")] == ["model"]
    windows = of_kind(found, "window")
    assert [window["version"] for window in windows] == ["v1", "v2"]
    assert sum(window["requests"] for window in windows) == caller.get(MODEL).json()["requests"] == 20
    columns = of_kind(found, "column")
    assert sorted({column["name"] for column in columns}) == ["plan", "x", "y"]
    assert {len([c for c in columns if c["name"] == name]) for name in ("plan", "x", "y")} == {2}
    assert [record["n"] for record in of_kind(found, "performance")] == [2, 2]
    assert (len(of_kind(found, "marker")), len(of_kind(found, "issue"))) == (1, 1)


def test_a_range(caller, filled):
    assert of_kind(exported(caller, f"{MODEL}/export?to=2020-01-01"), "window") == []
    assert len(of_kind(exported(caller, f"{MODEL}/export?from=2020-01-01"), "window")) == 2


@pytest.mark.parametrize(
    ("path", "status"), [("none/export", 404), ("model/export?from=x", 400), ("model/export?x=1", 400)]
)
def test_what_cannot_be_exported(caller, filled, path, status):
    assert caller.get(f"/api/v1/deployments/{path}").status_code == status


def test_a_name_with_slashes(caller, filled):
    assert exported(caller, "/api/v1/deployments/a/b/export")[0]["name"] == "a/b"


def test_a_key_without_read_exports_nothing(app, filled):
    secret = filled.create_key("default", ["ingest"], "service")
    assert Caller(app, authorization=f"Bearer {secret}").get(f"{MODEL}/export").status_code == 403
