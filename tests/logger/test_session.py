import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

NOW = 1_700_000_000.0


def call(session, method, arguments):
    getattr(session, method)(**arguments)


WRONG = [
    ("log_metadata", {"key": 5, "value": "x"}, "key: 5 is a int; expected str"),
    ("log_metadata", {"key": "", "value": "x"}, "key: '' has 0 characters; expected 1 to 250"),
    ("log_metadata", {"key": "k" * 251, "value": "x"}, "has 251 characters; expected 1 to 250"),
    ("log_metadata", {"key": "k", "value": "v" * 2501}, "value: 'vvv.* has 2501 characters; expected at most 2500"),
    ("log_prediction", {"features": 5, "prediction": 1}, "features: 5 is a int; expected dict, list or 1-d array"),
    ("log_prediction", {"features": "abc", "prediction": 1}, "features: 'abc' is a str; expected dict, list or 1-d"),
    ("log_prediction", {"features": np.eye(2), "prediction": 1}, r"(?s)features: array.* is a ndarray; expected dict"),
    ("log_prediction", {"prediction": object()}, "prediction: <object.* is a object; expected bool, int, float, str"),
    ("log_prediction", {"prediction": 1, "segments": "FR"}, "segments: 'FR' is a str; expected a list of str such as"),
    ("log_prediction", {"prediction": 1, "segments": [5]}, "segments: 5 is a int; expected str"),
    ("log_prediction", {"prediction": 1, "segments": [""]}, "segments: '' has 0 characters; expected 1 to 250"),
    ("log_prediction", {"prediction": 1, "score": 1.5}, "score: 1.5; expected a number from 0 to 1"),
    ("log_prediction", {"prediction": 1, "score": "high"}, "score: 'high' is a str; expected a number from 0 to 1"),
    ("log_prediction", {"prediction": 1, "actual_timestamp": "now"}, "actual_timestamp: 'now' is a str; expected Unix"),
    ("log_prediction", {"prediction": 1, "actual_timestamp": -1}, "actual_timestamp: -1 is not a time since 1970"),
    ("log_prediction_batch", {}, "features: None, and no predictions; expected at least one of them"),
    ("log_prediction_batch", {"features": [[1]], "predictions": [1, 2]}, "predictions: 2 rows; expected 1, as many as"),
    ("log_prediction_batch", {"features": [], "predictions": [1]}, "predictions: 1 rows; expected 0, as many as"),
    ("log_prediction_batch", {"predictions": [1], "scores": [1, 1]}, "scores: 2 values; expected 1, one a row"),
    ("log_prediction_batch", {"predictions": [1], "scores": [2]}, "score: 2; expected a number from 0 to 1"),
    ("log_prediction_batch", {"predictions": [1], "timestamps": []}, "timestamps: 0 values; expected 1, one a row"),
    ("log_prediction_batch", {"predictions": [1], "timestamps": [None]}, "timestamps: None in row 0; expected Unix"),
    (
        "log_prediction_batch",
        {"predictions": [1, 2], "timestamps": [1, 1e15]},
        "timestamps: 1000000000000000.0 is",
    ),
    ("log_prediction_batch", {"predictions": [1], "segments": [["a"], ["b"]]}, "segments: 2 values; expected 1, one"),
    ("log_prediction_batch", {"predictions": [1], "segments": "a"}, "segments: 'a' is a str; expected a list of str"),
    ("log_exception", {}, "message: None is a NoneType; expected str, or exc_info as True"),
    ("log_exception", {"exc_info": True}, "message: None is a NoneType; expected str, or exc_info as True"),
    ("log_exception", {"exc_info": "error"}, "exc_info: 'error' is a str; expected True, an exception or a triple"),
    ("log_exception", {"exc_info": (1, 2, 3)}, r"exc_info: \(1, 2, 3\) is a tuple; expected True, an exception or"),
    ("log_exception", {"message": "x", "extra_info": "y"}, "extra_info: 'y' is a str; expected a dict"),
    ("log_ground_truth", {"label": None, "prediction": 1}, "label: None is a NoneType; expected bool, str, int, float"),
    ("log_ground_truth", {"label": 1, "prediction": [1]}, r"prediction: \[1\] is a list; expected bool, str, int"),
    ("log_ground_truth_batch", {"labels": [1], "predictions": [1, 2]}, "predictions: 2 values; expected 1, one a row"),
    ("log_ground_truth_batch", {"labels": [[1, 2]], "predictions": [1]}, "labels: more than one column; expected one"),
]


@pytest.mark.parametrize(("method", "arguments", "said"), WRONG)
def test_wrong_arguments_raise_in_strict_mode_and_name_argument_value_and_expectation(strict, method, arguments, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call(strict.session, method, arguments)


def test_a_session_shows_its_deployment(lenient):
    assert repr(lenient.session) == "Session('model')"


def test_wrong_arguments_are_otherwise_counted_and_said_once_a_kind(lenient, caplog):
    for _ in range(3):
        for method, arguments, _said in WRONG:
            call(lenient.session, method, arguments)
    counters = lenient.stats().counters
    for method in {method for method, _, _ in WRONG}:
        calls = 3 * sum(method == other for other, _, _ in WRONG)
        counted = counters[f"dropped.invalid_{method.removeprefix('log_')}"]
        assert counted == calls or (method.endswith("_batch") and counted > calls)
    said = [record.message for record in caplog.records]
    assert len(said) == len(set(said)) > 10
    assert "graphsignal_mw: log_metadata() of 'model' did not log: key: 5 is a int; expected str" in said


@pytest.mark.parametrize(
    "batch",
    [
        {"features": [[1]] * 40},
        {"features": {"x": [1] * 40}},
        {"features": np.ones((40, 2))},
        {"predictions": ["a"] * 40},
    ],
    ids=["rows", "columns", "array", "predictions"],
)
def test_a_batch_that_is_refused_counts_all_its_rows(lenient, batch):
    lenient.session.log_prediction_batch(**batch, scores=[0.5])
    assert lenient.stats().counters["dropped.invalid_prediction_batch"] == 40


def test_metadata_of_many_threads_is_kept(lenient):
    with ThreadPoolExecutor(10) as pool:
        for _ in pool.map(lambda i: lenient.session.log_metadata(f"key{i}", i), range(10)):
            pass
    lenient.session.log_prediction(prediction=1)
    assert len(lenient.stats().metadata) == 10


def test_what_is_not_the_callers_fault_never_reaches_the_caller(strict, caplog):
    class Broken(dict):
        def items(self):
            raise ZeroDivisionError

    strict.session.log_prediction(Broken(a=1), 1)
    assert strict.stats().counters["dropped.invalid_prediction"] == 1
    assert "log_prediction() of 'model' did not log" in caplog.text


def test_ten_keys_of_metadata_and_no_more(strict):
    for number in range(10):
        strict.session.log_metadata(f"key{number}", number)
    strict.session.log_metadata("key3", "replaced")
    with pytest.raises(ValueError, match="key: 'one more' would be number 11; expected at most 10 keys"):
        strict.session.log_metadata("one more", 1)
    strict.session.log_prediction([1], 1)
    assert strict.stats().metadata == {**{f"key{n}": str(n) for n in range(10)}, "key3": "replaced"}


def test_metadata_belongs_to_what_is_logged_after_it(strict):
    for version in ("1", "2"):
        strict.session.log_metadata("model_version", version)
        strict.session.log_prediction([1], 1)
    strict.stats()
    versions = {
        part.version: part.counters["predictions"] for part in strict.server.parts() if "predictions" in part.counters
    }
    assert versions == {"1": 1, "2": 1}


@pytest.mark.parametrize(
    "when",
    [NOW, int(NOW), np.float64(NOW), np.int64(NOW), datetime.fromtimestamp(NOW, UTC),
     datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None), pd.Timestamp(NOW, unit="s"),
     pd.Timestamp(NOW, unit="s", tz="Asia/Tokyo"), np.datetime64(int(NOW), "s")],
    ids=lambda when: type(when).__name__,
)  # fmt: skip
def test_a_time_of_any_kind_finds_its_window(strict, when):
    strict.session.log_prediction([1], 1, actual_timestamp=when)
    strict.session.log_prediction_batch([[1], [2]], [1, 2], timestamps=[when, when])
    strict.session.log_ground_truth(True, True, prediction_timestamp=when)
    strict.stats()
    assert {part.bucket for part in strict.server.parts()} == {int(NOW) // 300 * 300}


@pytest.mark.parametrize(
    "times",
    [pd.Series(pd.to_datetime([NOW, NOW + 300], unit="s")), pd.to_datetime([NOW, NOW + 300], unit="s", utc=True),
     np.array([NOW, NOW + 300]), np.array([NOW, NOW + 300]).astype("M8[s]").astype("M8[ns]"),
     pd.DataFrame({"at": [NOW, NOW + 300]})],
    ids=lambda times: type(times).__name__,
)  # fmt: skip
def test_times_of_a_batch_may_be_any_column(strict, times):
    strict.session.log_prediction_batch([[1], [2]], [1, 2], timestamps=times)
    strict.session.log_ground_truth_batch([True, False], [True, True], prediction_timestamps=times)
    strict.stats()
    counts = {
        part.bucket: (part.counters["predictions"], part.counters["ground_truths"]) for part in strict.server.parts()
    }
    start = int(NOW) // 300 * 300
    assert counts == {start: (1, 1), start + 300: (1, 1)}


@pytest.mark.parametrize(
    "segments",
    [[["a=1", "b=1"], ["a=1"], []], [("a=1", "b=1"), ("a=1",), None],
     pd.Series([["a=1", "b=1"], ["a=1"], []]), np.array([["a=1", "b=1"], ["a=1"], []], dtype=object)],
    ids=lambda segments: type(segments).__name__,
)  # fmt: skip
def test_segments_of_each_row(strict, segments):
    strict.session.log_prediction_batch([[1]] * 3, [1, 2, 3], segments=segments)
    strict.session.log_ground_truth_batch([True] * 3, [True] * 3, segments=segments)
    found = strict.stats()
    assert {name: segment.counters["predictions"] for name, segment in found.segments.items()} == {"a=1": 2, "b=1": 1}
    assert {name: found.performance[name].n for name in ("", "a=1", "b=1")} == {"": 3, "a=1": 2, "b=1": 1}


@pytest.mark.parametrize("segments", [["a=1"], ("a=1",), {"a=1"}, np.array(["a=1"]), pd.Series(["a=1"])])
def test_segments_of_all_rows(strict, segments):
    strict.session.log_prediction_batch([[1]] * 3, [1, 2, 3], segments=segments)
    assert strict.stats().segments["a=1"].counters["predictions"] == 3


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_rows_without_a_label_are_counted_and_cost_no_other(strict, missing):
    strict.session.log_ground_truth_batch([True, missing, False], [True, True, missing], scores=[0.5, None, missing])
    found = strict.stats()
    assert found.performance[""].n == found.counters["ground_truths"] == 1
    assert found.counters["dropped.invalid_label"] == 2


@pytest.mark.parametrize("score", [None, float("nan"), 0, 1, 0.5, np.float32(0.5)])
def test_a_score_may_be_missing(strict, score):
    strict.session.log_prediction([1], True, score=score)
    strict.session.log_prediction_batch([[1]], [True], scores=[score])
    assert strict.stats().counters["predictions"] == 2


@pytest.mark.parametrize(
    "features",
    [pd.Series({"a": 1, "b": 2}), pd.DataFrame({"a": [1], "b": [2]}).iloc[0],
     np.array([(1, 2)], dtype=[("a", int), ("b", int)])[0]],
    ids=lambda features: type(features).__name__,
)  # fmt: skip
def test_a_row_of_a_table_keeps_its_names(strict, features):
    strict.session.log_prediction(features, 1)
    assert {n: c.moments.mean for n, c in strict.stats().features.columns.items()} == {"a": 1, "b": 2}


def test_values_of_any_kind_never_raise(strict):
    odd = [None, float("nan"), float("inf"), 10**400, "\ud800", b"x", [1], {}, {"k": {"deep": 1}}, set(), object(),
           pd.NA, Decimal("NaN"), 1j, np.array([1, 2]), np.float64("nan"), print, pd.Timestamp("NaT")]  # fmt: skip
    for value in odd:
        strict.session.log_prediction({"odd": value, 5: value}, {"out": value})
    strict.session.log_prediction_batch({"odd": odd}, {"out": odd})
    found = strict.stats()
    assert found.counters["predictions"] == 2 * len(odd)
    assert found.features.columns["odd"].count == 2 * len(odd)


def test_an_exception_carries_message_place_and_scrubbed_text_and_keeps_nothing_alive(strict):
    class Local:
        pass

    def fail(local):
        raise RuntimeError("card 4111-1111 of 'Ann'")

    local = Local()
    alive = weakref.ref(local)
    try:
        fail(local)
    except RuntimeError as error:
        strict.session.log_exception("while scoring", {"step": 2}, exc_info=error)
    (kind,) = strict.stats().exceptions.kinds.values()
    assert (kind.type, kind.message) == ("RuntimeError", "card <number> of <quoted>")
    assert kind.frames[-1][2].endswith("fail")
    assert kind.event.extra == {"message": "while scoring", "step": "2"}
    del local
    assert alive() is None


def test_the_first_ten_kinds_of_exception_are_kept_and_the_rest_counted(strict):
    for number in range(12):
        for _ in range(2):
            strict.session.log_exception("message " + "x" * number)
    found = strict.stats()
    assert [kind.count for kind in found.exceptions.kinds.values()] == [2] * 10
    assert (found.exceptions.other, found.counters["exceptions"]) == (4, 24)
