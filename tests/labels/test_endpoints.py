"""The label join of YAML endpoints: requests through the middleware, in several processes of one host."""

import json
import sqlite3
import subprocess
import sys

import pytest

from graphsignal_mw.agent import Agent
from graphsignal_mw.config import load_config
from graphsignal_mw.config.load import resolve_settings
from graphsignal_mw.errors import ConfigError

APP = """
import io, json, os, sys
import graphsignal_mw as graphsignal

def app(environ, start_response):
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [environ["answer"]]

def call(app, path, body, answer=None):
    body = json.dumps(body).encode()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": "application/json",
               "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "answer": json.dumps(answer).encode()}
    answered = app(environ, lambda *a: None)
    b"".join(answered)
    getattr(answered, "close", lambda: None)()

config = json.loads(sys.argv[1])
app = graphsignal.WSGIMiddleware(app, config=config)
"""
FORKED = """
children = []
for worker in range(4):
    child = os.fork()
    if child == 0:
        for n in range(50):
            call(app, "/predict", {"id": 100 * worker + n, "x": {"a": 1}, "country": "FR"},
                 {"fraud": n % 2 == 0, "reason": "r", "score": 0.75})
        for n in range(50):
            call(app, "/feedback", {"id": 100 * ((worker + 1) % 4) + n, "label": n % 4 == 0})
        graphsignal.flush(30)
        import time
        end = time.monotonic() + 30  # labels of a worker that was not there yet are looked for again
        while graphsignal.stats()["waiting_joins"] and time.monotonic() < end:
            time.sleep(0.1)
        graphsignal.shutdown(30)
        os._exit(0)
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""
PREDICT = {
    "path": "/predict",
    "deployment": "model",
    "features": "$.x",
    "predictions": {"fraud": "$.fraud", "reason": "$.reason"},
    "score": "$.score",
    "output": {"name": "fraud", "kind": "binary"},
    "segments": ["$.country"],
    "prediction_id": "$.id",
}
FEEDBACK = {
    "path": "/feedback",
    "kind": "ground_truth",
    "deployment": "model",
    "label": "$.label",
    "prediction_id": "$.id",
}


def config(host, feedback=FEEDBACK, hours=24, **predict):
    return {
        "collector": {"url": host.server.url},
        "spool_dir": str(host.folder),
        "upload_seconds": 3600,
        "labels": {"join_hours": hours},
        "privacy": {"min_count": 1},
        "endpoints": [PREDICT | predict, feedback],
    }


def run(script, given):
    done = subprocess.run(
        [sys.executable, "-c", APP + script, json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_four_forked_workers_join_the_labels_of_each_other(host):
    run(FORKED, config(host))
    found = host.arrived()
    for segment in ("", "country=FR"):
        metrics = found.performance[segment].metrics()
        assert {name: metrics[name] for name in ("kind", "n", "tp", "fp", "tn", "fn", "brier")} == {
            "kind": "binary",
            "n": 200,
            "tp": 52,
            "fp": 48,
            "tn": 100,
            "fn": 0,
            "brier": pytest.approx((52 * 0.25**2 + 148 * 0.75**2) / 200),
        }
    assert found.counters["label_lag.minute"] == 200
    assert {name: n for name, n in found.counters.items() if name.startswith(("dropped", "unmatched"))} == {}


def test_a_list_of_labels_is_joined_by_a_list_of_ids(host):
    given = config(host, FEEDBACK | {"label": "$.rows[*].label", "prediction_id": "$.rows[*].id"})
    run(
        """
for n in range(3):
    call(app, "/predict", {"id": f"id-{n}", "x": {"a": 1}, "country": "FR"}, {"fraud": True})
call(app, "/feedback", {"rows": [{"id": f"id-{n}", "label": n == 0} for n in range(3)]})
call(app, "/feedback", {"rows": [{"id": "unknown", "label": True}, {"id": None, "label": True}]})
""",
        given,
    )
    found = host.arrived()
    metrics = found.performance[""].metrics()
    assert (metrics["tp"], metrics["fp"], metrics["n"]) == (1, 2, 3)
    assert (found.counters["unmatched.join"], found.counters["unmatched.prediction"]) == (1, 1)


def test_with_the_join_off_labels_without_a_prediction_are_counted_and_said(host):
    done = run(
        """
call(app, "/predict", {"id": 1, "x": {"a": 1}, "country": "FR"}, {"fraud": True})
call(app, "/feedback", {"id": 1, "label": True})
call(app, "/feedback", {"id": 1, "label": True})
""",
        config(host, hours=0),
    )
    found = host.arrived()
    assert found.counters["dropped.join_off"] == 2
    assert found.counters["ground_truths"] == 0
    assert done.stderr.count("join_hours is not set") <= 1


def test_an_endpoint_of_labels_needs_a_prediction_or_an_id():
    given = {name: value for name, value in FEEDBACK.items() if name != "prediction_id"}
    with pytest.raises(ConfigError, match="prediction is missing; expected in every endpoint of kind ground_truth"):
        load_config({"endpoints": [given]})


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"join_hours": -1}, "hours from 0 to 8784"),
        ({"join_hours": "long"}, "hours from 0 to 8784"),
        ({"max_join_rows": 0}, "a whole number from 1 to"),
        ({"max_join_bytes": 5}, "a whole number from 1048576 to"),
        ({"join_days": 5}, "unknown key"),
    ],
)
def test_wrong_settings_are_refused(labels, said):
    with pytest.raises(ConfigError, match=said):
        load_config({"labels": labels})


def test_settings_come_from_the_environment_too():
    settings = resolve_settings({}, {"GRAPHSIGNAL_MW_JOIN_HOURS": "1.5", "GRAPHSIGNAL_MW_MAX_JOIN_ROWS": "10"})
    assert (settings.join_hours, settings.max_join_rows) == (1.5, 10)
    assert Agent(settings).joins


BUSY = """
import threading, time
stop = threading.Event()

def send(first):
    n = first
    while not stop.is_set():
        call(app, "/predict", {"id": n, "x": {"a": 1}, "country": "FR"}, {"fraud": True})
        n += 1
        graphsignal.tick()  # the table is in use all the time

thread = threading.Thread(target=send, args=(0,))
thread.start()
for worker in range(1, 9):
    child = os.fork()
    if child == 0:
        for n in range(20):
            call(app, "/predict", {"id": 10**6 * worker + n, "x": {"a": 1}, "country": "FR"}, {"fraud": True})
            call(app, "/feedback", {"id": 10**6 * worker + n, "label": True})
        os._exit(0 if graphsignal.shutdown(30) else 1)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
thread.join()
call(app, "/feedback", {"id": 0, "label": True})
assert graphsignal.shutdown(30)
"""


def test_a_fork_while_the_parent_uses_the_table_harms_neither(host):
    run(BUSY, config(host))
    found = host.arrived()
    assert found.performance[""].metrics()["tp"] == 8 * 20 + 1
    assert found.counters["unmatched.join"] == 0
    connection = sqlite3.connect(host.table)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    sizes = connection.execute("SELECT (SELECT count(*) FROM predictions), rows FROM size").fetchone()
    connection.close()
    assert sizes[0] == sizes[1]
