"""Performance of a binary output: confusion counts, and a histogram of scores by label."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCORE_BINS = 30


class BinaryPerformance:
    """Mergeable counts. ``scores`` has shape (2, SCORE_BINS): label false, true; bins of equal width over 0..1."""

    __slots__ = ("brier_sum", "fn", "fp", "scores", "tn", "tp")

    def __init__(self) -> None:
        self.tp = self.fp = self.tn = self.fn = 0
        self.scores: NDArray[np.int64] = np.zeros((2, SCORE_BINS), np.int64)
        self.brier_sum = 0.0

    @property
    def n(self) -> int:
        """Number of labels."""
        return self.tp + self.fp + self.tn + self.fn

    def update(self, labels: Sequence[Any], predictions: Sequence[Any], scores: Sequence[Any] | None) -> None:
        """Add labels, predictions and, where known (else None), scores in 0..1; shape (n,) each.

        Raises:
            ValueError: when a label or prediction is neither a boolean nor 0 or 1; nothing was added.

        """
        actual = np.array([_truth("label", v) for v in labels], dtype=np.bool_)
        predicted = np.array([_truth("prediction", v) for v in predictions], dtype=np.bool_)
        known = None if scores is None else np.array([np.nan if s is None else s for s in scores], dtype=np.float64)
        self.tp += int(np.count_nonzero(actual & predicted))
        self.fp += int(np.count_nonzero(~actual & predicted))
        self.fn += int(np.count_nonzero(actual & ~predicted))
        self.tn += int(np.count_nonzero(~actual & ~predicted))
        if known is not None:
            self._add_scores(actual, known)

    def merge(self, other: "BinaryPerformance") -> None:
        """Add the labels that ``other`` has seen."""
        self.tp += other.tp
        self.fp += other.fp
        self.tn += other.tn
        self.fn += other.fn
        self.scores = self.scores + other.scores
        self.brier_sum += other.brier_sum

    def metrics(self) -> dict[str, float | None]:
        """Accuracy, precision, recall, F1, ROC AUC and Brier score, None where undefined; confusion counts."""
        precision = _ratio(self.tp, self.tp + self.fp)
        recall = _ratio(self.tp, self.tp + self.fn)
        return {
            "n": self.n,
            "tp": self.tp,
            "fp": self.fp,
            "tn": self.tn,
            "fn": self.fn,
            "accuracy": _ratio(self.tp + self.tn, self.n),
            "precision": precision,
            "recall": recall,
            "f1": _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn),
            "roc_auc": self._roc_auc(),
            "brier": _ratio(self.brier_sum, int(self.scores.sum())),
        }

    def _add_scores(self, actual: NDArray[np.bool_], scores: NDArray[np.float64]) -> None:
        known = np.isfinite(scores) & (scores >= 0) & (scores <= 1)
        label, score = actual[known].astype(np.intp), scores[known]
        index = np.minimum((score * SCORE_BINS).astype(np.intp), SCORE_BINS - 1)
        np.add.at(self.scores, (label, index), 1)
        self.brier_sum += float(((score - label) ** 2).sum())

    def _roc_auc(self) -> float | None:
        """Mann-Whitney statistic over the bins, ties counted half (Hanley and McNeil, 1982)."""
        negatives, positives = self.scores
        pairs = int(negatives.sum()) * int(positives.sum())
        if not pairs:
            return None
        below = np.cumsum(negatives) - negatives
        return float((positives * (below + 0.5 * negatives)).sum() / pairs)


def _truth(name: str, value: Any) -> bool:
    # The truth of text and of probabilities would be a guess: bool("no") is true.
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)) and value in {0, 1}:
        return bool(value)
    raise ValueError(f"{name}: {value!r} is a {type(value).__name__}; expected a boolean, 0 or 1")


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
