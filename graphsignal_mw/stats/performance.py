"""Performance of one output: what its labels say about its predictions."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from graphsignal_mw.stats.binary import BinaryPerformance
from graphsignal_mw.stats.categorical import CategoricalPerformance
from graphsignal_mw.stats.numeric import NumericPerformance

Kind = Literal["binary", "categorical", "numeric"]
KINDS: tuple[Kind, ...] = ("binary", "categorical", "numeric")


class Performance:
    """Performance by kind of output. Labels of several kinds do not disturb each other; ``kind`` is the commonest."""

    __slots__ = ("binary", "categorical", "numeric")

    def __init__(self, significant_digits: int | None = None) -> None:
        self.binary = BinaryPerformance()
        self.categorical = CategoricalPerformance()
        self.numeric = NumericPerformance(significant_digits)

    @property
    def kind(self) -> Kind:
        """The kind with the most labels."""
        return max(KINDS, key=lambda kind: getattr(self, kind).n)

    @property
    def n(self) -> int:
        """Number of labels, of all kinds."""
        return self.binary.n + self.categorical.n + self.numeric.n

    def update(
        self,
        labels: Sequence[Any],
        predictions: Sequence[Any],
        scores: Sequence[Any] | None = None,
        kind: Kind | None = None,
    ) -> None:
        """Add labels and predictions of one kind, shape (n,) each. Without ``kind``, the first label tells it.

        Raises:
            TypeError: for labels that no kind is made of.
            ValueError: for values that do not fit the kind, or different lengths. Nothing was added then.

        """
        if len({len(labels), len(predictions), len(labels if scores is None else scores)}) > 1:
            raise ValueError(f"predictions, scores: expected as many as labels, {len(labels)}")
        if not len(labels):
            return
        chosen = kind or infer_kind(labels[0])
        if chosen == "binary":
            self.binary.update(labels, predictions, scores)
        elif chosen == "categorical":
            self.categorical.update(labels, predictions)
        else:
            self.numeric.update(labels, predictions)

    def merge(self, other: "Performance") -> None:
        """Add the labels that ``other`` has seen."""
        self.binary.merge(other.binary)
        self.categorical.merge(other.categorical)
        self.numeric.merge(other.numeric)

    def metrics(self) -> dict[str, Any]:
        """Metrics of the commonest kind, with ``kind`` and ``n``."""
        chosen: BinaryPerformance | CategoricalPerformance | NumericPerformance = getattr(self, self.kind)
        return {"kind": self.kind, **chosen.metrics()}

    def accuracy_counts(self) -> tuple[int, int]:
        """Return (correct, labels) of the binary and categorical kinds."""
        correct = self.binary.tp + self.binary.tn + self.categorical.correct
        return correct, self.binary.n + self.categorical.n

    def error_sums(self) -> tuple[int, float, float, float]:
        """Return (n, sum of abs(e), sum of e^2, sum of e^4) of the numeric kind."""
        errors = self.numeric
        return errors.n, errors.abs_sum, errors.square_sum, errors.fourth_sum


def infer_kind(label: Any) -> Kind:
    """Kind of output by the type of a label: bool is binary, str categorical, a number numeric.

    Raises:
        TypeError: for a type that no kind is made of.

    """
    if isinstance(label, (bool, np.bool_)):
        return "binary"
    if isinstance(label, str):
        return "categorical"
    if isinstance(label, (int, float, np.integer, np.floating)):
        return "numeric"
    raise TypeError(f"label: {label!r} is a {type(label).__name__}; expected bool, str, int or float")
