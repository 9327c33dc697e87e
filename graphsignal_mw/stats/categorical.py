"""Performance of a categorical output: confusion of the commonest classes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphsignal_mw.stats.text import bounded_text

MAX_CLASSES = 50
OTHER = "(other)"


class CategoricalPerformance:
    """Mergeable confusion counts ``(label, prediction) -> n``; classes beyond the 50 commonest are ``(other)``.

    ``correct`` stays exact when classes are joined.
    """

    __slots__ = ("confusion", "correct")

    def __init__(self, confusion: Mapping[tuple[str, str], int] | None = None, correct: int = 0) -> None:
        self.confusion: Counter[tuple[str, str]] = Counter(confusion or {})
        self.correct = correct

    @property
    def n(self) -> int:
        """Number of labels."""
        return self.confusion.total()

    def update(self, labels: Sequence[Any], predictions: Sequence[Any]) -> None:
        """Add labels and predictions as strings, shape (n,) each."""
        pairs = Counter(zip(map(str, labels), map(str, predictions), strict=True))
        self.correct += sum(n for (label, prediction), n in pairs.items() if label == prediction)
        for (label, prediction), n in pairs.items():
            self.confusion[bounded_text(label), bounded_text(prediction)] += n
        self._join_rare()

    def merge(self, other: "CategoricalPerformance") -> None:
        """Add the labels that ``other`` has seen."""
        self.correct += other.correct
        self.confusion.update(other.confusion)
        self._join_rare()

    def classes(self) -> Counter[str]:
        """How many pairs have each class as the label, the prediction or both: what decides whether it may be named."""
        seen: Counter[str] = Counter()
        for (label, prediction), n in self.confusion.items():
            seen[label] += n
            if prediction != label:
                seen[prediction] += n
        return seen

    def metrics(self) -> dict[str, Any]:
        """Accuracy, macro and weighted F1 (as scikit-learn's ``f1_score``), and both ratios per class."""
        per_class = {name: self._class_metrics(name) for name in sorted(self.classes())}
        weights = {name: values["support"] for name, values in per_class.items()}
        n = self.n
        return {
            "n": n,
            "accuracy": self.correct / n if n else None,
            "f1_macro": sum(v["f1"] for v in per_class.values()) / len(per_class) if per_class else None,
            "f1_weighted": sum(v["f1"] * weights[k] for k, v in per_class.items()) / n if n else None,
            "per_class": per_class,
        }

    def rename(self, names: Mapping[str, str]) -> None:
        """Give classes other names, joining those that get the same one."""
        renamed: Counter[tuple[str, str]] = Counter()
        for (label, prediction), n in self.confusion.items():
            renamed[names.get(label, label), names.get(prediction, prediction)] += n
        self.confusion = renamed

    def _class_metrics(self, name: str) -> dict[str, float]:
        right = self.confusion[name, name]
        support = sum(n for (label, _), n in self.confusion.items() if label == name)
        predicted = sum(n for (_, prediction), n in self.confusion.items() if prediction == name)
        return {
            "support": support,
            "precision": right / predicted if predicted else 0.0,
            "recall": right / support if support else 0.0,
            "f1": 2 * right / (support + predicted) if support + predicted else 0.0,
        }

    def _join_rare(self) -> None:
        seen = self.classes()
        if len(seen) > MAX_CLASSES:
            kept = {name for name, _ in seen.most_common(MAX_CLASSES - 1)}
            self.rename({name: OTHER for name in seen if name not in kept})
