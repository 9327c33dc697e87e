"""One number along time: of a column, of counters, of latency or of performance."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, Self, TypeVar

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.params import LAST, Range, parse_count
from graphsignal_mw.collector.problems import invalid
from graphsignal_mw.collector.read_api import STREAMS
from graphsignal_mw.collector.views import PROBABILITIES, latency_view, percentile, reasons
from graphsignal_mw.stats import ACCUMULATOR_K, Column, Latency, Performance, Quantiles
from graphsignal_mw.store import Deployment

_LATENCY = ("latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99", "latency_max")
_COUNTERS = (
    "requests",
    "predictions",
    "ground_truths",
    "exceptions",
    "rejected",
    "aborted",
    "mismatched",
    "sampled",
    "withheld",
    "unparsed",
    "dropped",
    "unmatched",
    "label_lag",
)
_OF_SEGMENT = ("predictions", "ground_truths")
_PERFORMANCE = (
    *("accuracy", "precision", "recall", "f1", "roc_auc", "brier", "f1_macro", "f1_weighted"),
    *("mse", "rmse", "mae", "mape", "r2", "bias"),
)
_COLUMN: dict[str, Callable[[Column], float | None]] = {
    "count": lambda c: c.count,
    "missing": lambda c: c.missing,
    "missing_rate": lambda c: c.missing / c.count if c.count else None,
    "zeros": lambda c: c.zeros,
    "empties": lambda c: c.empties,
    "distinct": lambda c: round(c.distinct.estimate()),
    "mean": lambda c: c.moments.mean if c.moments.n else None,
    "std": lambda c: c.moments.std if c.moments.n else None,
    "min": lambda c: c.moments.minimum,
    "max": lambda c: c.moments.maximum,
}
_QUANTILES = {percentile(p): p for p in PROBABILITIES}


class Mergeable(Protocol):
    """Statistics that can be added to their like."""

    def merge(self, other: Self, /) -> None:
        """Add what ``other`` has seen."""


M = TypeVar("M", bound=Mergeable)
Points = list[tuple[int, float | None]]


def get_series(call: Call, deployment: Deployment, when: Range) -> dict[str, Any]:
    """Values of one ``metric`` by ``step`` seconds: of a ``column`` of a ``stream``, or of the deployment."""
    step = parse_count("step", call.query.get("step"), deployment.window_seconds, LAST)
    column = call.query.get("column")
    others = _OF_SEGMENT if call.query.get("segment") else (*_COUNTERS, *_LATENCY)
    allowed = (*_COLUMN, *_QUANTILES) if column else (*others, *_PERFORMANCE)
    metric = call.choice("metric", allowed, "count" if column else others[0]) or ""
    points = _column(call, deployment, when, step, metric) if column else _other(call, deployment, when, step, metric)
    return {
        "deployment": deployment.name,
        "metric": metric,
        "step": step,
        "points": [{"time": time, "value": value} for time, value in points],
    }


def _column(call: Call, deployment: Deployment, when: Range, step: int, metric: str) -> Points:
    segment, column, version = call.query.get("segment"), call.query["column"], call.query.get("version")
    stream = call.choice("stream", ("predictions",) if segment else STREAMS)
    if stream is None:
        raise invalid("stream", None, f"one of {', '.join(STREAMS)}, as there is a column")
    if segment:
        series = call.store.segment_series(call.project, deployment.name, segment, *when, version=version)
        found = [(t, s.predictions.columns[column]) for t, s in series if column in s.predictions.columns]
    else:
        call.affordable(deployment, when, column)
        found = call.store.column_series(call.project, deployment.name, stream, column, *when, version=version)
    return [(t, _column_value(c, metric)) for t, c in _by_step(found, step, lambda: Column(ACCUMULATOR_K))]


def _column_value(column: Column, metric: str) -> float | None:
    if metric not in _QUANTILES:
        return _COLUMN[metric](column)
    return float(column.quantiles.quantiles([_QUANTILES[metric]])[0]) if column.quantiles.n else None


def _other(call: Call, deployment: Deployment, when: Range, step: int, metric: str) -> Points:
    if metric in _LATENCY:
        return _latency(call, deployment, when, step, metric.removeprefix("latency_"))
    if metric in _PERFORMANCE:
        return _performance(call, deployment, when, step, metric)
    found: dict[int, Counter[str]] = {}
    for bucket, counters in _counters(call, deployment, when):
        found.setdefault(bucket - bucket % step, Counter()).update(counters)
    return [(t, c[metric] + sum(reasons(c, metric).values())) for t, c in sorted(found.items())]


def _counters(call: Call, deployment: Deployment, when: Range) -> list[tuple[int, Mapping[str, int]]]:
    segment, version = call.query.get("segment"), call.query.get("version")
    if not segment:
        return [*call.store.counter_series(call.project, deployment.name, *when, version=version)]
    series = call.store.segment_series(call.project, deployment.name, segment, *when, version=version)
    return [(t, stats.counters) for t, stats in series]


def _latency(call: Call, deployment: Deployment, when: Range, step: int, metric: str) -> Points:
    found = call.store.latency_series(call.project, deployment.name, *when, version=call.query.get("version"))
    merged = _by_step(found, step, lambda: Latency(quantiles=Quantiles(ACCUMULATOR_K)))
    return [(t, latency_view(latency)[metric]) for t, latency in merged]


def _performance(call: Call, deployment: Deployment, when: Range, step: int, metric: str) -> Points:
    found = call.store.performance_series(
        call.project,
        deployment.name,
        *when,
        segment=call.query.get("segment", ""),
        version=call.query.get("version"),
    )
    return [(t, p.metrics().get(metric)) for t, p in _by_step(found, step, Performance)]


def _by_step(found: Iterable[tuple[int, M]], step: int, empty: Callable[[], M]) -> list[tuple[int, M]]:
    merged: dict[int, M] = {}
    for bucket, stats in found:
        start = bucket - bucket % step
        if start not in merged:
            merged[start] = empty()
        merged[start].merge(stats)
    return sorted(merged.items())
