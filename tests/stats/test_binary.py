import numpy as np
import pytest
from sklearn import metrics

from graphsignal_mw.stats.binary import SCORE_BINS, BinaryPerformance


def draw(n=2000, seed=3):
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    actual = rng.random(n) < scores
    return actual.tolist(), (scores > 0.6).tolist(), scores.tolist()


def measured(actual, predicted, scores=None):
    found = BinaryPerformance()
    found.update(actual, predicted, scores)
    return found


def test_counts_and_ratios_equal_scikit_learn():
    actual, predicted, scores = draw()
    found = measured(actual, predicted, scores).metrics()
    tn, fp, fn, tp = metrics.confusion_matrix(actual, predicted).ravel().tolist()
    assert (found["tn"], found["fp"], found["fn"], found["tp"], found["n"]) == (tn, fp, fn, tp, 2000)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted), rel=1e-12)
    assert found["precision"] == pytest.approx(metrics.precision_score(actual, predicted), rel=1e-12)
    assert found["recall"] == pytest.approx(metrics.recall_score(actual, predicted), rel=1e-12)
    assert found["f1"] == pytest.approx(metrics.f1_score(actual, predicted), rel=1e-12)
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(actual, scores), rel=1e-12)
    # Exact for scores in bins; of scores between, what a bin joins counts half.
    binned = np.floor(np.array(scores) * SCORE_BINS)
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(actual, binned), rel=1e-12)
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(actual, scores), abs=0.01)


def test_merged_pieces_equal_the_whole():
    actual, predicted, scores = draw(500)
    merged = measured(actual[300:], predicted[300:], scores[300:])
    merged.merge(measured(actual[:300], predicted[:300], scores[:300]))
    assert merged.metrics() == pytest.approx(measured(actual, predicted, scores).metrics(), rel=1e-12)


def test_zeros_and_ones_are_booleans():
    found = measured([1, 0, 1.0, np.int8(0)], [True, 1, np.float32(0), 0]).metrics()
    assert (found["tp"], found["fp"], found["fn"], found["tn"]) == (1, 1, 1, 1)


def test_scores_out_of_range_or_unknown_are_left_out():
    found = measured([True] * 6, [True] * 6, [None, -0.1, 1.1, float("nan"), 1.0, 0.0])
    assert found.n == 6
    assert (found.scores[1].sum(), found.scores[1][0], found.scores[1][-1]) == (2, 1, 1)
    assert found.metrics()["roc_auc"] is None
    assert found.metrics()["brier"] == 0.5
