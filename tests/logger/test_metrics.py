"""Labels through the logger, an upload and its decoding give the metrics of scikit-learn: overall and by segment."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

N = 4000
NOW = 1_700_000_000.0
SEGMENTS = np.array(["country=FR", "country=DE", "country=IT"])
SCORE_BINS = 30


class Data:
    """Labels, predictions and scores of three segments and three hours; each ``log()`` is another way to log them."""

    def __init__(self, actual, predicted, scores=None):
        rng = np.random.default_rng(11)
        self.actual, self.predicted, self.scores = actual, predicted, scores
        self.segments = SEGMENTS[rng.choice(3, N, p=[0.6, 0.3, 0.1])]
        self.times = NOW + rng.random(N) * 3 * 3600

    def parts(self):
        """Which rows belong to which segment; "" is all of them."""
        return {"": np.ones(N, bool)} | {name: self.segments == name for name in SEGMENTS.tolist()}

    def log(self, session, way):
        if way == "one by one":
            scores = [None] * N if self.scores is None else self.scores.tolist()
            rows = zip(self.actual, self.predicted, self.segments.tolist(), self.times.tolist(), scores, strict=True)
            for label, prediction, segment, when, score in rows:
                session.log_ground_truth(label, prediction, [segment], when, score)
        else:
            for rows in np.array_split(np.arange(N), 3):
                session.log_ground_truth_batch(
                    self.actual[rows],
                    self.predicted[rows],
                    [[name] for name in self.segments[rows]],
                    self.times[rows],
                    None if self.scores is None else self.scores[rows],
                )


def binary():
    rng = np.random.default_rng(3)
    scores = rng.beta(0.7, 1.5, N)
    return Data(rng.random(N) < scores, scores > 0.35, scores)


def multiclass():
    rng = np.random.default_rng(5)
    names = np.array(["cat", "dog", "bird", "fish", "übergroß"])
    actual = rng.choice(5, N, p=[0.5, 0.3, 0.15, 0.04, 0.01])
    return Data(names[actual], np.where(rng.random(N) < 0.7, names[actual], names[rng.choice(5, N)]))


def regression():
    rng = np.random.default_rng(7)
    actual = rng.lognormal(3, 1, N)
    return Data(actual, actual * rng.normal(1.02, 0.2, N) + rng.normal(0, 2, N))


def logged(start, make, way, **settings):
    data, here = make(), start(**settings)
    data.log(here.session, way)
    return data, here.stats()


WAYS = pytest.mark.parametrize("way", ["one by one", "batches"])


def exactly(value):
    """Counts decide: nothing but the last bits of a division may differ."""
    return pytest.approx(value, rel=1e-12, abs=1e-15)


@WAYS
def test_binary_metrics_are_those_of_scikit_learn(start, way):
    data, found = logged(start, binary, way)
    assert found.counters["ground_truths"] == N
    for segment, rows in data.parts().items():
        actual, predicted, scores = data.actual[rows], data.predicted[rows], data.scores[rows]
        shown = found.performance[segment].metrics()
        tn, fp, fn, tp = sklearn.confusion_matrix(actual, predicted).ravel().tolist()
        assert [shown[name] for name in ("n", "tn", "fp", "fn", "tp")] == [rows.sum(), tn, fp, fn, tp]
        assert shown["accuracy"] == exactly(sklearn.accuracy_score(actual, predicted))
        assert shown["precision"] == exactly(sklearn.precision_score(actual, predicted))
        assert shown["recall"] == exactly(sklearn.recall_score(actual, predicted))
        assert shown["f1"] == exactly(sklearn.f1_score(actual, predicted))
        assert shown["brier"] == pytest.approx(sklearn.brier_score_loss(actual, scores), rel=1e-9)
        assert shown["roc_auc"] == exactly(sklearn.roc_auc_score(actual, np.floor(scores * SCORE_BINS)))
        assert abs(shown["roc_auc"] - sklearn.roc_auc_score(actual, scores)) <= auc_error(actual, scores)


def auc_error(actual, scores):
    """The error of the area by a histogram: at most half of the pairs that share a bin (Hanley and McNeil, 1982)."""
    bins = np.minimum((scores * SCORE_BINS).astype(int), SCORE_BINS - 1)
    negatives, positives = (np.bincount(bins[actual == truth], minlength=SCORE_BINS) for truth in (False, True))
    return 0.5 * (negatives * positives).sum() / (negatives.sum() * positives.sum())


@WAYS
def test_multiclass_metrics_are_those_of_scikit_learn(start, way):
    data, found = logged(start, multiclass, way)
    for segment, rows in data.parts().items():
        actual, predicted = data.actual[rows], data.predicted[rows]
        performance = found.performance[segment]
        shown, classes = performance.metrics(), sorted(set(actual) | set(predicted))
        assert shown["n"] == rows.sum()
        assert shown["accuracy"] == exactly(sklearn.accuracy_score(actual, predicted))
        assert shown["f1_macro"] == exactly(sklearn.f1_score(actual, predicted, average="macro", zero_division=0))
        assert shown["f1_weighted"] == exactly(sklearn.f1_score(actual, predicted, average="weighted", zero_division=0))
        assert list(shown["per_class"]) == classes
        for name, *values in zip(
            classes,
            *sklearn.precision_recall_fscore_support(actual, predicted, labels=classes, zero_division=0),
            strict=True,
        ):
            each = shown["per_class"][name]
            assert [each[key] for key in ("precision", "recall", "f1", "support")] == exactly(values)
        matrix = [[performance.categorical.confusion[a, p] for p in classes] for a in classes]
        assert matrix == sklearn.confusion_matrix(actual, predicted, labels=classes).tolist()


@WAYS
def test_regression_metrics_are_those_of_scikit_learn(start, way):
    data, found = logged(start, regression, way)
    for segment, rows in data.parts().items():
        actual, predicted = data.actual[rows], data.predicted[rows]
        numeric = found.performance[segment].numeric
        shown = numeric.metrics()
        assert shown["n"] == rows.sum()
        for name, expected in {
            "mse": sklearn.mean_squared_error(actual, predicted),
            "rmse": sklearn.root_mean_squared_error(actual, predicted),
            "mae": sklearn.mean_absolute_error(actual, predicted),
            "mape": sklearn.mean_absolute_percentage_error(actual, predicted),
            "r2": sklearn.r2_score(actual, predicted),
            "bias": (predicted - actual).mean(),
        }.items():
            assert shown[name] == pytest.approx(expected, rel=1e-9), name
        error = np.sort(predicted - actual)
        for share in (0.05, 0.25, 0.5, 0.75, 0.95):
            at = np.searchsorted(error, numeric.quantiles.quantiles([share])[0]) / len(error)
            assert abs(at - share) <= 2 * numeric.quantiles.rank_error + 1 / len(error)


def test_binaries_coded_0_and_1_are_binary_where_the_session_is_told(start):
    data, here = binary(), start()
    session = here.session
    session.tell_kind("binary")
    session.log_ground_truth_batch(data.actual.astype(int), data.predicted.astype(float), scores=data.scores)
    shown = here.stats().performance[""].metrics()
    assert shown["kind"] == "binary"
    assert shown["f1"] == exactly(sklearn.f1_score(data.actual, data.predicted))


@pytest.mark.parametrize(
    ("labels", "predictions", "undefined"),
    [
        ([False] * 5, [False] * 5, {"precision", "recall", "f1", "roc_auc"}),
        ([True] * 5, [False] * 5, {"precision", "roc_auc"}),
        ([False] * 5, [True] * 5, {"recall", "roc_auc"}),
        ([1.0] * 5, [2.0] * 5, {"r2"}),
        ([0.0, 0.0], [1.0, 2.0], {"mape", "r2"}),
    ],
)
def test_what_is_undefined_is_none_and_not_a_number(start, labels, predictions, undefined):
    here = start()
    is_binary = isinstance(labels[0], bool)
    here.session.log_ground_truth_batch(labels, predictions, scores=[0.5] * len(labels) if is_binary else None)
    shown = here.stats().performance[""].metrics()
    assert {name for name, value in shown.items() if value is None} == undefined
