"""The label join through the logger, with real agents, tables and sockets."""

import sqlite3
import time
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pytest

from graphsignal_mw.wire import part_to_stats

NOW = 1_700_000_000.0


def test_a_label_alone_gives_what_a_label_with_its_prediction_gives(host):
    sess = host.session()
    sess.log_metadata("model_version", "v1")
    whole = host.agents[0].session("whole")
    whole.log_metadata("model_version", "v1")
    rng = np.random.default_rng(1)
    for number in range(200):
        predicted, score = bool(rng.random() < 0.4), float(rng.random())
        actual, segment = bool(rng.random() < 0.5), [f"country={'FR' if rng.random() < 0.3 else 'DE'}"]
        when = NOW + 10 * number
        sess.log_prediction({"a": 1}, predicted, segment, when, score, prediction_id=number)
        sess.log_ground_truth(actual, prediction_id=number)
        whole.log_ground_truth(actual, predicted, segment, when, score)
    host.arrived()
    found = {"model": {}, "whole": {}}
    for part in host.server.parts():
        for segment, performance in part_to_stats(part).performance.items():
            found[part.deployment][part.version, part.bucket, segment] = performance.metrics()
    assert found["model"] == {key: pytest.approx(metrics) for key, metrics in found["whole"].items()}
    assert {segment for _, _, segment in found["whole"]} == {"", "country=FR", "country=DE"}
    assert host.server.total("label_lag.longer") == 200
    assert host.server.total("ground_truths") == 400
    assert host.agents[0].stats()["ground_truths"] == 400


@pytest.mark.parametrize("ids", [list, np.array, pd.Series, pl.Series, tuple], ids=lambda kind: kind.__name__)
def test_batches_are_joined_by_their_ids(host, ids):
    sess = host.session()
    names = ids(["a", "b", "c", "d"])
    sess.log_prediction_batch(
        [{"x": 1}] * 4,
        [{"fraud": True}, {"fraud": False}] * 2,
        scores=[0.9, 0.1, 0.9, 0.1],
        segments=[["s=1"], ["s=2"]] * 2,
        timestamps=[NOW] * 4,
        prediction_ids=names,
    )
    sess.log_ground_truth_batch([True, False, False], prediction_ids=names[:3])
    found = host.arrived().performance
    assert found[""].metrics() | {"n": 3, "tp": 1, "tn": 1, "fp": 1, "roc_auc": 0.75} == found[""].metrics()
    assert (found["s=1"].n, found["s=2"].n) == (2, 1)
    assert {part.bucket for part in host.server.parts() if part.performance} == {int(NOW) // 300 * 300}


def test_a_batch_may_have_rows_with_and_without_an_id(host):
    sess = host.session()
    sess.log_prediction_batch(predictions=[1.0, 2.0, 3.0], prediction_ids=["a", None, "c"])
    sess.log_ground_truth_batch([1.5, 2.5, 3.5], [None, 2.0, None], prediction_ids=["a", None, "c"])
    assert host.arrived().performance[""].metrics()["mae"] == 0.5


def test_a_batch_larger_than_what_may_wait_is_written_by_its_caller(host):
    sess = host.session(max_join_rows=100_000)
    rows = 25_000
    sess.log_prediction_batch(predictions=[True] * rows, prediction_ids=list(range(rows)))
    sess.log_ground_truth_batch([True] * 5000, prediction_ids=list(range(0, 25_000, 5)))
    found = host.arrived()
    assert found.performance[""].n == 5000
    assert found.counters["dropped.join_queue"] == 0


@pytest.mark.parametrize("name", ["x", 7, np.int64(7), UUID(int=7), "é" * 250], ids=repr)
def test_an_id_is_text_a_number_or_a_uuid(host, name):
    sess = host.session()
    sess.log_prediction(prediction="cat", prediction_id=name)
    sess.log_ground_truth("cat", prediction_id=str(name))
    assert host.arrived().performance[""].metrics()["accuracy"] == 1


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        (True, TypeError, "prediction_id: True is a bool; expected str, int or UUID"),
        (1.5, TypeError, "prediction_id: 1.5 is a float; expected str, int or UUID"),
        ("", ValueError, "prediction_id: '' has 0 characters; expected 1 to 250"),
        ("x" * 251, ValueError, "prediction_id: .* has 251 characters; expected 1 to 250"),
    ],
)
def test_another_id_is_refused(host, name, error, said):
    sess = host.session()
    with pytest.raises(error, match=said):
        sess.log_prediction(prediction=True, prediction_id=name)
    with pytest.raises(error, match=said):
        sess.log_ground_truth(True, prediction_id=name)


def test_without_join_hours_a_label_needs_its_prediction(host):
    sess = host.session(join_hours=0)
    with pytest.raises(
        ValueError, match="prediction: None, and only a prediction_id; expected the prediction, or join"
    ):
        sess.log_ground_truth(True, prediction_id="a")
    with pytest.raises(ValueError, match="predictions: None, and only prediction_ids; expected predictions, or ids"):
        sess.log_ground_truth_batch([True], prediction_ids=["a"])
    sess.log_prediction(prediction=True, prediction_id="a")
    host.arrived()
    assert not list(host.folder.rglob("labels-*"))


def test_a_label_without_prediction_and_id_is_refused(host):
    sess = host.session()
    with pytest.raises(TypeError, match="prediction: None is a NoneType; expected bool"):
        sess.log_ground_truth(True)
    with pytest.raises(ValueError, match="predictions: None, and no prediction_ids; expected"):
        sess.log_ground_truth_batch([True])


def test_labels_find_the_predictions_of_another_process_after_a_restart(host):
    host.session().log_prediction(prediction=True, score=0.9, prediction_id="a")
    host.agents.pop().shutdown(10)
    host.session().log_ground_truth(True, prediction_id="a")
    assert host.arrived().performance[""].metrics()["accuracy"] == 1


def test_the_background_thread_joins_by_itself_and_labels_may_come_first(host):
    first, second = host.session(upload_seconds=0.1), host.session(upload_seconds=0.1, window_seconds=60)
    first.log_ground_truth(True, prediction_id="a")
    end = time.monotonic() + 30
    while not list(host.folder.rglob("labels-*")):  # looked for once, in vain
        assert time.monotonic() < end
        time.sleep(0.01)
    second.log_prediction(prediction=True, prediction_id="a")
    while not host.server.total("ground_truths"):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_at_the_end_of_a_process_labels_that_found_nothing_are_counted(host):
    host.session().log_ground_truth(True, prediction_id="nobody's")
    host.agents.pop().shutdown(10)
    assert host.server.total("unmatched.join") == 1
    assert host.server.total("ground_truths") == 0


def test_a_table_that_is_locked_reaches_nobody_and_is_counted(host, caplog):
    sess = host.session()
    sess.log_prediction(prediction=True, prediction_id="a")
    host.arrived()
    holder = sqlite3.connect(host.table, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    sess.log_prediction(prediction=True, prediction_id="b")
    sess.log_ground_truth(True, prediction_id="a")
    agent = host.agents[0]
    assert agent.flush(10)
    stats = agent.stats()
    assert (stats["predictions"], stats["waiting_joins"], stats["join_errors.SQLITE_BUSY"]) == (2, 2, 1)
    assert "the table of predictions cannot be used, labels wait (SQLITE_BUSY" in caplog.text
    holder.execute("ROLLBACK")
    holder.close()
    assert host.arrived().performance[""].n == 1
    assert agent.stats()["waiting_joins"] == 0


def test_a_spool_that_cannot_be_written_costs_labels_and_nothing_else(host):
    host.folder.write_text("no folder")
    sess = host.session()
    for number in range(3):
        sess.log_prediction({"a": 1}, True, prediction_id=number)
        sess.log_ground_truth(True, prediction_id=number)
    host.agents.pop().shutdown(10)
    assert host.server.total("predictions") == 3
    assert host.server.total("dropped.join_queue") == 6


def test_a_value_that_cannot_be_compared_is_counted(host):
    sess = host.session()
    sess.log_prediction(prediction={"a": 1, "b": 2}, prediction_id="a")
    sess.log_prediction_batch(predictions=[[1, 2], [3, 4]], prediction_ids=["b", "c"])
    assert host.arrived().counters["dropped.join_value"] == 3


def test_0_and_1_are_binary_where_the_session_says_so(host):
    sess = host.start().session("model", kind="binary")
    sess.log_prediction(prediction=1, prediction_id="a")
    sess.log_ground_truth(0, prediction_id="a")
    assert host.arrived().performance[""].metrics()["fp"] == 1


def test_neither_ids_nor_values_of_the_table_are_uploaded_or_readable_on_disk(host):
    sess = host.session(min_count=5)
    sess.log_prediction({"x": 1}, "secret class", prediction_id="secret-id-4711")
    sess.log_ground_truth("secret class", prediction_id="secret-id-4712")
    host.arrived()
    assert b"secret class" in host.table.read_bytes()  # local, until its label comes
    assert b"secret-id" not in host.table.read_bytes()
    assert "secret" not in repr(host.server.parts())
