import json
import time

import pytest

RANGED = ["", "/columns", "/series", "/versions", "/segments", "/markers", "/performance", "/exceptions"]
MODEL = "/api/v1/deployments/model"


def test_deployments(caller, filled):
    found = caller.get("/api/v1/deployments").json()
    assert [d["name"] for d in found] == ["a/b", "model", "other"]
    assert found[1]["open_issues"] == 0
    assert found[1]["window_seconds"] == 300


def test_totals(caller, filled):
    found = caller.get(MODEL).json()
    assert (found["requests"], found["predictions"], found["windows"]) == (20, 20, 2)
    assert found["unparsed"] == {"invalid_json": 2}
    assert found["dropped"] == {}
    assert {found[k] for k in ("ground_truths", "exceptions", "rejected", "aborted", "sampled", "withheld")} == {0}
    assert found["latency"]["count"] == 20
    assert found["latency"]["p99"] == pytest.approx(0.1)
    assert caller.get(MODEL, params={"version": "v1"}).json()["requests"] == 10


def test_an_empty_range_is_zeros_and_nulls_but_no_nan(caller, filled):
    found = caller.get(MODEL, params={"from": 0, "to": 1}).json()
    assert (found["requests"], found["latency"]["p50"], found["latency"]["mean"]) == (0, None, None)
    for path in RANGED:
        answer = caller.get(MODEL + path, params={"from": 0, "to": 1})
        assert answer.status_code == 200
        assert "NaN" not in answer.text


def test_columns(caller, filled):
    found = caller.get(f"{MODEL}/columns").json()
    assert [(c["stream"], c["name"]) for c in found] == [("features", "plan"), ("features", "x"), ("predictions", "y")]
    plan, x, _ = found
    assert (x["count"], x["missing"], x["zeros"], x["min"], x["max"], x["mean"]) == (20, 0, 2, 0, 9, 4.5)
    assert x["quantiles"]["p50"] in {4, 5}
    assert x["types"] == {"integer": 20}
    assert plan["frequent"] == [{"value": "a", "count": 10, "error": 0}, {"value": "b", "count": 10, "error": 0}]
    assert (plan["mean"], plan["quantiles"]["p50"], plan["lengths"]["mean"]) == (None, None, 1)
    assert len(caller.get(f"{MODEL}/columns", params={"stream": "predictions"}).json()) == 1


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ({}, [10, 10]),
        ({"metric": "unparsed"}, [1, 1]),
        ({"metric": "latency_p95"}, [0.1, 0.1]),
        ({"metric": "accuracy"}, [0.5, 0.5]),
        ({"metric": "rmse"}, [None, None]),
        ({"stream": "features", "column": "x"}, [10, 10]),
        ({"stream": "features", "column": "x", "metric": "mean"}, [4.5, 4.5]),
        ({"stream": "features", "column": "plan", "metric": "p50"}, [None, None]),
        ({"stream": "features", "column": "x", "metric": "missing_rate"}, [0, 0]),
        ({"step": 100 * 86400}, [20]),
        ({"stream": "features", "column": "x", "step": 100 * 86400}, [20]),
        ({"stream": "features", "column": "unknown"}, []),
        ({"version": "v2"}, [10]),
    ],
)
def test_series(caller, filled, query, values):
    found = caller.get(f"{MODEL}/series", params=query).json()
    assert [p["value"] for p in found["points"]] == pytest.approx(values)
    assert all(p["time"] % found["step"] == 0 for p in found["points"])


def test_versions_and_segments(caller, filled):
    versions = caller.get(f"{MODEL}/versions").json()
    assert [(v["version"], v["requests"]) for v in versions] == [("v1", 10), ("v2", 10)]
    assert caller.get(f"{MODEL}/segments").json() == [{"segment": "plan=a", "predictions": 10}]


def test_performance(caller, filled):
    found = caller.get(f"{MODEL}/performance").json()
    assert (found["kind"], found["n"], found["accuracy"]) == ("binary", 4, 0.5)
    assert caller.get(f"{MODEL}/performance", params={"segment": "none"}).json()["n"] == 0


def test_exceptions(caller, store):
    from graphsignal_mw.records import ExceptionEvent
    from graphsignal_mw.stats import WindowStats
    from graphsignal_mw.wire import Envelope, stats_to_part

    stats, now = WindowStats(), int(time.time())
    stats.exceptions.add(ExceptionEvent("KeyError", "gone", (("app.py", 3, "predict"),)), 4)
    stats.exceptions.add(ExceptionEvent("ValueError", "odd"), 5)
    part = stats_to_part("model", "", now // 300 * 300, stats)
    store.ingest("default", Envelope(1, "boot-0001", 1, now, 300, [part]), now)
    store.compact()
    value, key = caller.get(f"{MODEL}/exceptions").json()
    assert (value["type"], value["count"], value["frames"]) == ("ValueError", 5, [])
    assert key["frames"] == [{"file": "app.py", "line": 3, "function": "predict"}]


def test_markers(caller, filled):
    made = caller.post(f"{MODEL}/markers", json={"text": "release 2", "at": "2026-01-02T03:04:05Z"})
    assert made.status_code == 201
    caller.post(f"{MODEL}/markers", json={"text": "release 3"})
    found = caller.get(f"{MODEL}/markers", params={"from": "2026-01-01", "to": "2026-01-03"}).json()
    assert [(m["text"], m["actor"]) for m in found] == [("release 2", "local")]
    assert found[0]["at"] == 1767323045
    assert [m["text"] for m in caller.get(f"{MODEL}/markers").json()] == ["release 3"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "x" * 251},
        {"text": 3},
        {"text": "\ud800"},
        {"text": "a\nb"},
        {"text": "x", "at": "?"},
        {"text": "x", "at": True},
        {"text": "x", "at": 1e300},
    ],
)
def test_markers_that_are_wrong(caller, filled, body):
    answer = caller.post(f"{MODEL}/markers", content=json.dumps(body).encode())
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"][0]["key"] in {"text", "at"}


@pytest.mark.parametrize("body", [b"[", b"[]", b"\xff", b"[" * 60_000, b"1" * 70_000])
def test_bodies_that_are_no_object(caller, filled, body):
    assert caller.post(f"{MODEL}/markers", content=body).status_code in {400, 413}


def test_names_with_slashes(caller, filled):
    for path in RANGED:
        assert caller.get(f"/api/v1/deployments/a%2Fb{path}").status_code == 200
    assert caller.get("/api/v1/deployments/a%2Fb").json()["requests"] == 10


def test_unknown_deployments(caller, filled):
    for path in RANGED:
        answer = caller.get(f"/api/v1/deployments/unknown{path}")
        assert answer.status_code == 404
        assert "'unknown'" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "query", "key"),
    [
        ("", {"from": "yesterday"}, "from"),
        ("", {"to": "nan"}, "to"),
        ("", {"to": "-1"}, "to"),
        ("", {"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ("/columns", {"stream": "inputs"}, "stream"),
        ("/columns", {"limit": "0"}, "limit"),
        ("/columns", {"limit": "1001"}, "limit"),
        ("/columns", {"limit": "²"}, "limit"),
        ("/columns", {"cursor": "???"}, "cursor"),
        ("/columns", {"cursor": "W10"}, "cursor"),
        ("/series", {"metric": "speed"}, "metric"),
        ("/series", {"column": "x"}, "stream"),
        ("/series", {"step": "-5"}, "step"),
    ],
)
def test_errors_name_key_value_and_expectation(caller, filled, path, query, key):
    answer = caller.get(MODEL + path, params=query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["key"] == key
    assert error["expectation"]
    assert answer.json()["status"] == 400


def test_lists_come_in_pages(caller, filled):
    names, path = [], "/api/v1/deployments?limit=2"
    while path:
        answer = caller.get(path)
        names.append([d["name"] for d in answer.json()])
        link = answer.headers.get("link")
        path = link and link.partition(">")[0].lstrip("<")
    assert names == [["a/b", "model"], ["other"]]


@pytest.mark.parametrize("path", ["/columns", "/versions"])
def test_pages_of_one_item(caller, filled, path):
    whole = caller.get(MODEL + path).json()
    found, url = [], f"{MODEL}{path}?limit=1"
    while url:
        answer = caller.get(url)
        found += answer.json()
        link = answer.headers.get("link")
        url = link and link.partition(">")[0].lstrip("<")
    assert len(found) == len(whole) > 1
    assert [c.get("name") for c in found] == [c.get("name") for c in whole]


def test_openapi_describes_every_route(caller, app):
    document = caller.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    routed = {
        (route.path.replace(":path", "").replace(":int", ""), method.lower())
        for route in app.app.routes
        if getattr(route, "path", "").startswith("/api/v1/") and not route.path.endswith("openapi.json")
        for method in route.methods - {"HEAD"}
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routed


def test_health_and_metrics(caller, filled):
    assert caller.get("/healthz").json() == {"status": "ok"}
    assert caller.get("/readyz").json() == {"status": "ready"}
    metrics = caller.get("/metrics").text
    assert 'graphsignal_mw_rows{table="windows"} 4' in metrics
    assert metrics.endswith("\n")


def test_unknown_paths_and_methods(caller):
    assert caller.get("/api/v1/nothing").status_code == 404
    answer = caller.request("DELETE", "/api/v1/deployments")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "GET" in answer.headers["allow"]
