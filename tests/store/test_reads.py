import numpy as np
import pytest

from .envelopes import BUCKET, WHOLE, envelope, rich_window, window

PROJECT = "default"


@pytest.fixture
def filled(store):
    """Ten windows: five of version v1, then five of v2, with values 0..9 times 100."""
    for i in range(10):
        values = np.arange(100.0) + 100 * i
        upload = envelope(window(values), seq=i, bucket=BUCKET + 300 * i, version="v1" if i < 5 else "v2")
        store.ingest(PROJECT, upload, 1.0)
    store.ingest(PROJECT, envelope(rich_window(), seq=99, version="v2"), 1.0)
    store.compact()
    return store


def test_totals_of_a_range_and_a_version(filled):
    totals = filled.totals(PROJECT, "model", *WHOLE)
    assert (totals.counters["requests"], totals.window_count, totals.latency.moments.n) == (1003, 10, 1003)
    assert filled.totals(PROJECT, "model", *WHOLE, version="v1").counters["requests"] == 500
    assert filled.totals(PROJECT, "model", BUCKET + 300, BUCKET + 900).counters["requests"] == 200
    assert filled.totals(PROJECT, "other", *WHOLE).window_count == 0


def test_counter_series_sums_versions(filled):
    series = filled.counter_series(PROJECT, "model", BUCKET, BUCKET + 600)
    assert [(bucket, counters["requests"]) for bucket, counters in series] == [(BUCKET, 103), (BUCKET + 300, 100)]


def test_columns_are_merged_with_the_error_of_an_accumulator(filled):
    found = filled.columns(PROJECT, "model", *WHOLE, stream="features", version="v1")
    ((stream, name, column),) = found
    assert (stream, name, column.count) == ("features", "x", 500)
    assert column.moments.mean == pytest.approx(249.5)
    assert column.quantiles.k == 2048
    np.testing.assert_allclose(column.quantiles.quantiles((0.25, 0.5, 0.75)), (125, 250, 375), atol=10)


def test_columns_of_both_streams(filled):
    assert [c[:2] for c in filled.columns(PROJECT, "model", *WHOLE)] == [("features", "x"), ("predictions", "y")]


def test_reading_does_not_change_what_is_read(filled):
    first = filled.columns(PROJECT, "model", *WHOLE)[0][2]
    second = filled.columns(PROJECT, "model", *WHOLE)[0][2]
    assert first.count == second.count == 1003


def test_column_series(filled):
    series = filled.column_series(PROJECT, "model", "features", "x", BUCKET + 300, BUCKET + 900)
    assert [(bucket, column.moments.mean) for bucket, column in series] == [
        (BUCKET + 300, pytest.approx(149.5)),
        (BUCKET + 600, pytest.approx(249.5)),
    ]
    assert filled.column_series(PROJECT, "model", "features", "unknown", *WHOLE) == []


def test_one_column_by_its_name(filled):
    assert [c[:2] for c in filled.columns(PROJECT, "model", *WHOLE, stream="features", name="x")] == [("features", "x")]
    assert filled.columns(PROJECT, "model", *WHOLE, stream="features", name="y") == []


def test_sketches_of_one_column(filled):
    column = filled.sampled_column(PROJECT, "model", "features", "x", *WHOLE)
    assert (column.count, column.quantiles.n) == (0, 1003)
    assert column.quantiles.quantiles([0.5])[0] == pytest.approx(500, abs=15)
    assert filled.sampled_column(PROJECT, "model", "features", "x", *WHOLE, version="v1").quantiles.n == 500
    assert filled.sampled_column(PROJECT, "model", "features", "unknown", *WHOLE).quantiles.n == 0


@pytest.mark.full
def test_of_many_windows_only_some_sketches_are_opened(store):
    """Those of 480 moments at most, of the whole range: what 600 windows say is read of 300 of them."""
    for i in range(600):
        upload = envelope(window([float(i)] * 3), seq=i, bucket=BUCKET + 60 * i, window_seconds=60)
        store.ingest(PROJECT, upload, 1.0)
    while store.compact():
        pass
    column = store.sampled_column(PROJECT, "model", "features", "x", BUCKET, BUCKET + 600 * 60)
    assert column.quantiles.n == 300 * 3
    assert column.quantiles.quantiles([0.25, 0.5, 0.75]) == pytest.approx([150, 300, 450], abs=5)


def test_latency_series(filled):
    series = filled.latency_series(PROJECT, "model", *WHOLE)
    assert len(series) == 10
    assert series[0][1].moments.mean == pytest.approx(0.1)


def test_performance_over_a_range_and_of_a_segment(filled):
    assert filled.performance(PROJECT, "model", *WHOLE).metrics()["accuracy"] == pytest.approx(2 / 3)
    assert filled.performance(PROJECT, "model", *WHOLE, segment="plan=a").n == 1
    assert filled.performance(PROJECT, "model", *WHOLE, segment="plan=b") is None
    assert filled.performance(PROJECT, "model", *WHOLE, version="v1") is None


def test_versions_segments_exceptions(filled):
    assert filled.versions(PROJECT, "model", *WHOLE) == ["v1", "v2"]
    assert filled.segments(PROJECT, "model", *WHOLE) == ["plan=a"]
    assert filled.segment_counters(PROJECT, "model", *WHOLE) == {"plan=a": {"predictions": 2}}
    (kind,) = filled.exceptions(PROJECT, "model", *WHOLE)
    assert (kind.type, kind.message, kind.count) == ("KeyError", "<quoted>", 4)
    assert kind.frames == (("app.py", 3, "predict"),)


def test_profiles_are_whole_windows(filled):
    history = filled.profiles(PROJECT, "model", *WHOLE)
    assert [bucket for bucket, _ in history] == [BUCKET + 300 * i for i in range(10)]
    first = history[0][1]
    assert (first.counters["requests"], first.features.rows) == (103, 103)
    assert first.features.columns["x"].count == 103
    assert first.predictions.columns["y"].types["boolean"] == 103
    assert first.segments["plan=a"].predictions.columns["y"].count == 2
    assert first.latency.moments.n == 103
    assert first.metadata == {"model_version": "v1"}
    assert first.performance[""].n == 3


def test_profiles_are_never_finer_than_the_deployment(store):
    store.ingest(PROJECT, envelope(window(), seq=1, bucket=BUCKET // 3600 * 3600, window_seconds=3600), 1.0)
    store.ingest(PROJECT, envelope(window(), seq=2, bucket=BUCKET // 3600 * 3600 + 600), 1.0)
    store.compact()
    ((bucket, stats),) = store.profiles(PROJECT, "model", *WHOLE)
    assert (bucket, stats.counters["requests"]) == (BUCKET // 3600 * 3600, 6)


def test_deployments_whose_windows_changed(store):
    store.ingest(PROJECT, envelope(window(), seq=1), 1.0)
    assert store.changed_deployments() == []
    store.compact()
    (changed,) = store.changed_deployments()
    store.set_detected(changed.project, changed.name, 1e12)
    assert store.changed_deployments() == []
    assert store.projects() == [PROJECT]
