import numpy as np
import pytest
from sklearn import metrics

from graphsignal_mw.stats.categorical import MAX_CLASSES, OTHER, CategoricalPerformance


def measured(actual, predicted):
    found = CategoricalPerformance()
    found.update(actual, predicted)
    return found


def draw(n=1000, classes=5, seed=4):
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, classes, n)
    predicted = np.where(rng.random(n) < 0.7, actual, rng.integers(0, classes + 1, n))
    return [f"c{i}" for i in actual], [f"c{i}" for i in predicted]


def test_metrics_equal_scikit_learn():
    actual, predicted = draw()
    found = measured(actual, predicted).metrics()
    names = sorted({*actual, *predicted})
    ratios = metrics.precision_recall_fscore_support(actual, predicted, labels=names, zero_division=0)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(actual, predicted), rel=1e-12)
    assert found["f1_macro"] == pytest.approx(metrics.f1_score(actual, predicted, average="macro"), rel=1e-12)
    assert found["f1_weighted"] == pytest.approx(metrics.f1_score(actual, predicted, average="weighted"), rel=1e-12)
    assert list(found["per_class"]) == names
    for key, expected in zip(("precision", "recall", "f1", "support"), ratios, strict=True):
        assert [found["per_class"][name][key] for name in names] == pytest.approx(expected.tolist(), rel=1e-12)


def test_merged_pieces_equal_the_whole():
    actual, predicted = draw(300)
    merged = measured(actual[200:], predicted[200:])
    merged.merge(measured(actual[:200], predicted[:200]))
    assert merged.confusion == measured(actual, predicted).confusion
    assert merged.metrics()["accuracy"] == metrics.accuracy_score(actual, predicted)


@pytest.mark.parametrize("pieces", [1, 3])
def test_beyond_fifty_classes_the_rare_are_joined_and_accuracy_stays_exact(pieces):
    actual, predicted = draw(3000, classes=80)
    actual += ["common"] * 500
    predicted += ["common"] * 500
    found = CategoricalPerformance()
    for part in range(pieces):
        found.merge(measured(actual[part::pieces], predicted[part::pieces]))
    assert len(found.classes()) <= MAX_CLASSES
    assert found.n == 3500
    assert found.confusion["common", "common"] == 500
    assert found.confusion[OTHER, OTHER] > 0
    assert found.metrics()["accuracy"] == metrics.accuracy_score(actual, predicted)


def test_renamed_classes_are_joined():
    found = measured(["a", "b", "c"], ["a", "c", "c"])
    found.rename({"b": "x", "c": "x"})
    assert found.confusion == {("a", "a"): 1, ("x", "x"): 2}
    assert found.correct == 2


def test_long_names_stay_different():
    found = measured(["x" * 300 + "a"], ["x" * 300 + "b"])
    assert len(found.classes()) == 2
    assert found.correct == 0
