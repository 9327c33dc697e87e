import pytest

from graphsignal_mw.records import GroundTruth, Prediction
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.window import fold_labels, fold_predictions


def same(columns):
    return columns


def folded(*predictions):
    stats = WindowStats()
    fold_predictions(stats, predictions, same)
    return stats


def labelled(*labels):
    stats = WindowStats()
    fold_labels(stats, labels)
    return stats


def test_predictions_go_to_the_window_and_to_their_segments():
    stats = folded(
        Prediction({"x": 1}, {"y": True}, ("a=1", "b=2")),
        Prediction({"x": 2}, {"y": False}, ("a=1", "a=1", "")),
        Prediction({}, {"y": None}),
    )
    assert stats.counters == {"predictions": 3}
    assert (stats.features.columns["x"].count, stats.features.columns["x"].missing) == (3, 1)
    assert {name: s.counters["predictions"] for name, s in stats.segments.items()} == {"a=1": 2, "b=2": 1}
    assert stats.segments["a=1"].predictions.columns["y"].frequent.counts == {"true": 1, "false": 1}


def test_a_score_is_an_output():
    stats = folded(Prediction({}, {"y": 1}, score=0.5), Prediction({}, {"y": 1, "score": 0.7}, score=0.1))
    assert stats.predictions.columns["score"].moments.maximum == 0.7


def test_nothing_is_nothing():
    assert (folded().counters, labelled().counters, labelled().performance) == ({}, {}, {})


def test_labels_go_by_kind_and_segment():
    stats = labelled(
        GroundTruth(True, False, ("a=1", "a=1")),
        GroundTruth("x", "x"),
        GroundTruth(1, 2.0),
        GroundTruth(1, 1, kind="binary"),
    )
    found = stats.performance[""]
    assert (found.binary.n, found.categorical.n, found.numeric.n) == (2, 1, 1)
    assert stats.counters["ground_truths"] == 4
    assert (stats.performance["a=1"].n, stats.segments["a=1"].counters["ground_truths"]) == (1, 1)


@pytest.mark.parametrize(
    ("label", "prediction", "kind"),
    [(None, 1, None), ([1], [1], None), (10**400, 1, None), (float("nan"), 1.0, None), (1.0, None, None),
     (1.0, "many", None), ("yes", "no", "binary"), (True, "no", None), (True, 0.7, None)],
)  # fmt: skip
def test_a_label_that_no_kind_fits_is_counted_and_costs_only_itself(label, prediction, kind):
    good = [GroundTruth(True, True), GroundTruth(1.0, 2.0), GroundTruth("a", "a"), GroundTruth(1, 0, kind="binary")]
    stats = labelled(*good, GroundTruth(label, prediction, kind=kind), *good)
    assert stats.counters == {"ground_truths": 8, "dropped.invalid_label": 1}
    found = stats.performance[""]
    assert (found.binary.n, found.numeric.n, found.categorical.n) == (4, 2, 2)


def test_a_bad_score_does_not_count_its_label_twice():
    stats = labelled(GroundTruth(True, True, score=0.5), GroundTruth(True, True, score="high"))
    assert (stats.performance[""].binary.tp, stats.counters["dropped.invalid_label"]) == (1, 1)
