"""The model of the demo: better than guessing, and the same in the app as in the batches."""

import pickle

import numpy as np
import pytest
from scipy.stats import rankdata

from graphsignal_mw.demo.model import TRAINING_END, LateArrivals
from graphsignal_mw.demo.period import DAY


@pytest.fixture(scope="module")
def later(flights):
    """Five weeks that the model has not seen."""
    return flights.between(TRAINING_END, TRAINING_END + 35 * DAY)


def auc(labels, scores):
    """Area under the ROC curve: the rank sum of the positives (Mann and Whitney 1947)."""
    positives = int(labels.sum())
    ranks = rankdata(scores)[labels].sum()
    return (ranks - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))


def test_it_is_better_than_guessing_in_weeks_it_has_not_seen(model, later):
    late, probability = model.predict_many(later)
    assert auc(later.late, probability) > 0.85
    assert (late == later.late).mean() > max(later.late.mean(), 1 - later.late.mean()) + 0.05


def test_one_flight_gets_the_answer_that_it_gets_in_a_batch(model, later):
    some = later.take(slice(0, len(later), len(later) // 20))
    late, probability = model.predict_many(some)
    answers = [model.predict(row) for row in some.feature_rows()]
    assert [answer.late for answer in answers] == late.tolist()
    np.testing.assert_allclose([answer.probability for answer in answers], probability)


def test_a_missing_wind_and_an_unknown_destination_are_no_trouble(model, later):
    row = later.take(slice(0, 1)).feature_rows()[0]
    answer = model.predict({**row, "wind_speed": None, "dest": "TXL"})
    assert 0 <= answer.probability <= 1


def test_an_unknown_carrier_is_an_error(model, later):
    row = later.take(slice(0, 1)).feature_rows()[0]
    with pytest.raises(KeyError, match="LH"):
        model.predict({**row, "carrier": "LH"})


def test_a_saved_model_answers_the_same(model, later, tmp_path):
    model.save(tmp_path / "model")
    again = LateArrivals.load(tmp_path / "model")
    some = later.take(slice(0, 50))
    np.testing.assert_array_equal(again.predict_many(some)[1], model.predict_many(some)[1])


def test_another_file_is_no_model(tmp_path):
    path = tmp_path / "other"
    path.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(TypeError, match="holds list; expected LateArrivals"):
        LateArrivals.load(path)
