"""Every example of the specification of the logger runs as written."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from delivery.server import Answering

import graphsignal_mw as graphsignal
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import part_to_stats


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHSIGNAL_MW_SPOOL_DIR", str(tmp_path))
    monkeypatch.setenv("GRAPHSIGNAL_MW_STRICT", "1")
    monkeypatch.setenv("GRAPHSIGNAL_MW_MIN_COUNT", "1")
    started = Answering()
    yield started
    graphsignal.shutdown(1)
    started.close()


@pytest.fixture
def sess(server):
    graphsignal.configure(api_key="...", url=server.url, debug_mode=False)
    return graphsignal.session(deployment_name="model1_prod")


def arrived(server):
    assert graphsignal.flush()
    total = WindowStats()
    for part in server.parts():
        assert part.deployment == "model1_prod"
        total.merge(part_to_stats(part))
    return total


def test_configure_and_session(sess):
    assert graphsignal.session("model1_prod") is sess
    with graphsignal.session("model1_prod") as same:
        assert same is sess


def test_configure_with_its_named_settings(server, tmp_path):
    graphsignal.configure(api_key=None, url=None, debug_mode=False, window_seconds=300, spool_dir=str(tmp_path))


def test_log_metadata(sess, server):
    sess.log_metadata("model_version", "1.0")
    sess.log_metadata(key="training_rows", value=1000)
    sess.log_prediction(features={"a": 1}, prediction=True)
    assert arrived(server).metadata == {"model_version": "1.0", "training_rows": "1000"}
    assert {part.version for part in server.parts() if part.counters.get("predictions")} == {"1.0"}


@pytest.mark.parametrize(
    ("prediction", "columns"),
    [
        (True, ["prediction"]),
        (7, ["prediction"]),
        (0.5, ["prediction"]),
        ("cat", ["prediction"]),
        ([1, 2], ["prediction_0", "prediction_1"]),
        ((1, 2), ["prediction_0", "prediction_1"]),
        ({"fraud": True, "risk": 0.5}, ["fraud", "risk"]),
        (np.float32(0.5), ["prediction"]),
        (np.bool_(True), ["prediction"]),
        (np.str_("cat"), ["prediction"]),
    ],
)
def test_log_prediction_takes_every_kind_of_prediction(sess, server, prediction, columns):
    sess.log_prediction(features={"a": 1}, prediction=prediction, segments=["country=FR"], actual_timestamp=None)
    found = arrived(server)
    assert list(found.predictions.columns) == columns
    assert found.segments["country=FR"].counters["predictions"] == 1


@pytest.mark.parametrize(
    "features", [{"feature_0": 1, "feature_1": 2}, [1, 2], (1, 2), np.array([1, 2]), pl.Series([1, 2])]
)
def test_log_prediction_takes_features_as_dict_list_or_array(sess, server, features):
    sess.log_prediction(features=features, prediction=1, score=0.5, prediction_id="p1")
    found = arrived(server)
    assert {name: column.moments.mean for name, column in found.features.columns.items()} == {
        "feature_0": 1,
        "feature_1": 2,
    }
    assert found.predictions.columns["score"].moments.mean == 0.5


@pytest.mark.parametrize(
    ("features", "names"),
    [
        ([[1, "x"], [2, "y"]], ["a", "b"]),
        ([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], None),
        ({"a": [1, 2], "b": ["x", "y"]}, None),
        (np.array([(1, "x"), (2, "y")], dtype=[("a", int), ("b", "U1")]), None),
        (pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), None),
        (pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}), None),
        (pa.table({"a": [1, 2], "b": ["x", "y"]}), None),
        (pa.RecordBatch.from_pydict({"a": [1, 2], "b": ["x", "y"]}), None),
    ],
    ids=str,
)
def test_log_prediction_batch(sess, server, features, names):
    sess.log_prediction_batch(features=features, predictions=[True, False], feature_names=names)
    found = arrived(server)
    assert found.counters["predictions"] == 2
    assert found.features.columns["a"].moments.mean == 1.5
    assert found.features.columns["b"].frequent.counts == {"x": 1, "y": 1}
    assert found.predictions.columns["prediction"].types["boolean"] == 2


def test_log_exception_in_each_way(sess, server):
    sess.log_exception(message="the model is gone", extra_info={"model": "a"})
    for _ in range(3):
        try:
            raise KeyError("feature")
        except KeyError as error:
            sess.log_exception(exc_info=True)
            sess.log_exception(exc_info=error)
            sess.log_exception(exc_info=(KeyError, error, error.__traceback__))
    found = arrived(server)
    assert found.counters["exceptions"] == 10
    assert {(kind.type, kind.count) for kind in found.exceptions.kinds.values()} == {("", 1), ("KeyError", 9)}


@pytest.mark.parametrize(
    ("pairs", "kind", "metrics"),
    [
        ([(True, True), (False, True)], "binary", {"accuracy": 0.5}),
        ([("cat", "cat"), ("dog", "cat")], "categorical", {"accuracy": 0.5}),
        ([(1, 2), (3.0, 3)], "numeric", {"mae": 0.5, "mse": 0.5}),
        ([(np.int64(1), np.float32(2))], "numeric", {"mae": 1}),
        ([(np.bool_(True), False)], "binary", {"accuracy": 0}),
    ],
)
def test_log_ground_truth_infers_the_kind_and_keeps_segments(sess, server, pairs, kind, metrics):
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for label, prediction in pairs:
        sess.log_ground_truth(label, prediction, segments=["country=FR"], prediction_timestamp=hour_ago, score=None)
    found = arrived(server)
    for segment in ("", "country=FR"):
        assert found.performance[segment].metrics() | metrics | {"kind": kind} == found.performance[segment].metrics()
    assert abs(server.parts()[0].bucket - hour_ago.timestamp()) <= 300


def test_log_ground_truth_batch(sess, server):
    sess.log_ground_truth_batch([True, False], [True, True], segments=["a=1"])
    sess.log_ground_truth_batch(pd.Series([True]), np.array([True]), segments=[["a=2"]], scores=[0.9])
    found = arrived(server)
    assert found.counters["ground_truths"] == 3
    assert {name: found.performance[name].n for name in ("", "a=1", "a=2")} == {"": 3, "a=1": 2, "a=2": 1}


def test_a_session_can_be_told_the_kind_for_binaries_coded_0_and_1(server):
    graphsignal.configure(url=server.url)
    sess = graphsignal.session("model1_prod", kind="binary")
    sess.log_ground_truth(1, 0)
    sess.log_ground_truth_batch([1, 0], np.array([1, 0]))
    assert arrived(server).performance[""].metrics()["accuracy"] == pytest.approx(2 / 3)


def test_flush_tick_stats_and_shutdown(sess, server):
    sess.log_prediction(features={"a": 1}, prediction=True)
    graphsignal.tick()
    assert graphsignal.flush()
    assert graphsignal.stats()["predictions"] == 1
    assert graphsignal.shutdown()
    assert server.total() == 1
