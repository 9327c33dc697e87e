import threading

import numpy as np
import pytest

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.tasks import Task, run_compaction, run_detection, run_purge, run_tasks, table
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

from .service import upload


def test_the_table():
    assert {task.name: task.every for task in table(60.0)} == {
        "compact": 1.0,
        "outline": 10.0,
        "detect": 60.0,
        "purge": 3600.0,
        "partition": 3600.0,
    }


def test_compaction_goes_on_until_nothing_waits(store):
    for seq in range(250):
        store.ingest("default", upload(seq, now=1_700_000_000 + 300 * seq, n=2), 1.0)
    assert run_compaction(store, 1.0) == 250
    assert store.sizes()["dirty"] == 0


def test_purge_keeps_what_came_just_now(store):
    store.ingest("default", upload(1), 1_000_000.0)
    run_compaction(store, 1.0)
    assert run_purge(store, 1_000_001.0) == 0
    assert run_purge(store, 2_000_000.0) == 1


def test_each_task_runs_when_it_is_due(store):
    turns = []
    tasks = [
        Task(name="often", every=0.01, run=lambda *_: turns.append("often")),
        Task(name="rarely", every=100.0, run=lambda *_: turns.append("rarely")),
    ]
    run_tasks(store, tasks, lambda seconds: threading.Event().wait(seconds) or len(turns) > 4)
    assert turns.count("rarely") == 1
    assert turns.count("often") >= 4


def test_a_task_that_fails_costs_one_turn(store, caplog):
    turns = []

    def fail(*_):
        turns.append("fail")
        raise RuntimeError("broken")

    tasks = [Task(name="bad", every=0.01, run=fail), Task(name="good", every=0.01, run=lambda *_: turns.append("good"))]
    run_tasks(store, tasks, lambda seconds: threading.Event().wait(seconds) or len(turns) > 5)
    assert {"fail", "good"} == set(turns)
    assert "task bad failed" in caplog.text


NOW = 1_760_000_400


def hour_of_flights(hours_ago, *, seq):
    """An upload of one hour; in the last twelve the feature ``x`` is gone."""
    values = np.random.default_rng(seq).normal(size=300)
    stats = WindowStats()
    stats.counters.update({"requests": 300, "predictions": 300})
    stats.features.update({"x": [None] * 300 if hours_ago <= 12 else values, "z": values})
    stats.predictions.update({"y": values})
    part = stats_to_part("model", "", NOW // 3600 * 3600 - 3600 * hours_ago, stats)
    return Envelope(SCHEMA_VERSION, "boot-0001", seq, 1.0, 3600, [part])


@pytest.fixture
def broken(store):
    """Three weeks of hourly windows."""
    for hours_ago in range(21 * 24, 0, -1):
        store.ingest("default", hour_of_flights(hours_ago, seq=hours_ago), 1.0)
    run_compaction(store, 1.0)
    return store


def test_detection_saves_an_issue_that_names_the_column(broken):
    new = run_detection(broken, NOW)
    (issue,) = [issue for issue in new if issue.state == "open"]
    assert [(c["stream"], c["name"]) for c in issue.columns] == [("features", "x")]
    assert issue.opened >= NOW - 14 * 3600
    assert issue.explanation
    assert broken.deployment("default", "model").open_issues == 1


def test_detection_looks_again_when_something_came_and_finds_the_same_issue(broken):
    assert run_detection(broken, NOW)
    assert broken.changed_deployments() == []
    assert run_detection(broken, NOW) == []
    broken.ingest("default", hour_of_flights(1, seq=9999), NOW)
    run_compaction(broken, NOW)
    assert len(broken.changed_deployments()) == 1
    assert run_detection(broken, NOW) == []
    assert broken.deployment("default", "model").open_issues == 1
