"""Performance to its wire structures and back."""

from collections import Counter

import numpy as np

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import Performance
from graphsignal_mw.stats.binary import BinaryPerformance
from graphsignal_mw.stats.categorical import CategoricalPerformance
from graphsignal_mw.stats.numeric import NumericPerformance
from graphsignal_mw.wire.numbers import (
    moments_from_wire,
    moments_to_wire,
    quantiles_from_wire,
    quantiles_to_wire,
    sum_from_wire,
)
from graphsignal_mw.wire.schema import BinaryData, CategoricalData, NumericData, PerformanceData


def performance_to_wire(performance: Performance) -> PerformanceData:
    """Return the wire form: only the kinds that have labels."""
    return PerformanceData(
        binary=_binary_to_wire(performance.binary) if performance.binary.n else None,
        categorical=_categorical_to_wire(performance.categorical) if performance.categorical.n else None,
        numeric=_numeric_to_wire(performance.numeric) if performance.numeric.n else None,
    )


def performance_from_wire(data: PerformanceData) -> Performance:
    """Return the performance, checked."""
    performance = Performance()
    if data.binary is not None:
        performance.binary = _binary_from_wire(data.binary)
    if data.categorical is not None:
        performance.categorical = _categorical_from_wire(data.categorical)
    if data.numeric is not None:
        performance.numeric = _numeric_from_wire(data.numeric)
    return performance


def _binary_to_wire(binary: BinaryPerformance) -> BinaryData:
    negative, positive = binary.scores.tolist()
    return BinaryData(binary.tp, binary.fp, binary.tn, binary.fn, negative, positive, binary.brier_sum)


def _binary_from_wire(data: BinaryData) -> BinaryPerformance:
    binary = BinaryPerformance()
    binary.tp, binary.fp, binary.tn, binary.fn = data.tp, data.fp, data.tn, data.fn
    binary.scores = np.array([data.negative_scores, data.positive_scores], dtype=np.int64)
    binary.brier_sum = sum_from_wire("brier_sum", data.brier_sum)
    return binary


def _categorical_to_wire(categorical: CategoricalPerformance) -> CategoricalData:
    confusion = [(label, prediction, n) for (label, prediction), n in categorical.confusion.items() if n]
    return CategoricalData(confusion, categorical.correct)


def _categorical_from_wire(data: CategoricalData) -> CategoricalPerformance:
    pairs: Counter[tuple[str, str]] = Counter()
    for label, prediction, n in data.confusion:
        pairs[label, prediction] += n
    if data.correct > pairs.total():
        raise WireError(f"correct: {data.correct}; expected at most the labels, {pairs.total()}")
    return CategoricalPerformance(pairs, data.correct)


def _numeric_to_wire(numeric: NumericPerformance) -> NumericData:
    return NumericData(
        errors=moments_to_wire(numeric.errors),
        labels=moments_to_wire(numeric.labels),
        quantiles=quantiles_to_wire(numeric.quantiles),
        abs_sum=numeric.abs_sum,
        fourth_sum=numeric.fourth_sum,
        relative_sum=numeric.relative_sum,
        relative_n=numeric.relative_n,
    )


def _numeric_from_wire(data: NumericData) -> NumericPerformance:
    numeric = NumericPerformance()
    numeric.errors, numeric.labels = moments_from_wire(data.errors), moments_from_wire(data.labels)
    numeric.quantiles = quantiles_from_wire(data.quantiles, data.errors.n)
    numeric.abs_sum = sum_from_wire("abs_sum", data.abs_sum)
    numeric.fourth_sum = sum_from_wire("fourth_sum", data.fourth_sum)
    numeric.relative_sum, numeric.relative_n = sum_from_wire("relative_sum", data.relative_sum), data.relative_n
    return numeric
