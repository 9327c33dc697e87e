"""Charts and cards of a deployment: what came in, how long it took, what went wrong, how good it was."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphsignal_mw.dashboard.buckets import merged, silence_as_zero, summed, with_prefix
from graphsignal_mw.dashboard.charts import Chart, Series, finite
from graphsignal_mw.dashboard.formats import count, duration, percent
from graphsignal_mw.dashboard.lens import Lens
from graphsignal_mw.stats import Latency, Performance

_FAILURES = (
    ("exceptions", "Exceptions", "bad"),
    ("rejected", "Rejected", "warn"),
    ("aborted", "Aborted", "violet"),
    ("unparsed", "Unparsed", "blue"),
    ("dropped", "Dropped", "muted"),
    ("sampled", "Not looked into", "muted"),
)
_METRICS = {
    "binary": ("percent", ("accuracy", "precision", "recall", "roc_auc")),
    "categorical": ("percent", ("accuracy", "f1_macro", "f1_weighted")),
    "numeric": ("number", ("rmse", "mae", "bias")),
}
_LAGS = ("minute", "hour", "day", "week", "longer")
_ROLES = ("accent", "blue", "warn", "violet")
METRIC_NAMES = {
    "n": "Labels",
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "roc_auc": "ROC AUC",
    "brier": "Brier score",
    "f1_macro": "F1 macro",
    "f1_weighted": "F1 weighted",
    "mse": "MSE",
    "rmse": "RMSE",
    "mae": "MAE",
    "mape": "MAPE",
    "r2": "R²",
    "bias": "Bias",
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number at the top of a page, with a line that puts it into proportion."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


def cards(totals: Mapping[str, int], latency: Latency) -> list[Card]:
    """Return the numbers of a range; ``totals`` are its counters."""
    requests, predictions = totals.get("requests", 0), totals.get("predictions", 0)
    median, high = (float(v) for v in latency.quantiles.quantiles((0.5, 0.95)))
    sampled = totals.get("sampled", 0)
    return [
        Card(label="Requests", value=count(requests)),
        Card(label="Predictions", value=count(predictions)),
        _share_card("Labels", totals.get("ground_truths", 0), predictions, "of predictions"),
        *_join_cards(totals),
        _share_card("Exceptions", totals.get("exceptions", 0), requests or predictions, "of requests", tone="bad"),
        _share_card("Rejected", totals.get("rejected", 0), requests, "of requests", tone="warn"),
        _dropped_card(totals),
        *([_share_card("Not looked into", sampled, requests, "of requests")] if sampled else []),
        Card(label="Latency p50", value=duration(finite(median)), note=f"p95 {duration(finite(high))}"),
    ]


def _share_card(label: str, part: int, whole: int, of: str, tone: str = "") -> Card:
    note = f"{percent(part / whole)} {of}" if whole and part else ""
    return Card(label=label, value=count(part), note=note, tone=tone if part else "")


def _join_cards(totals: Mapping[str, int]) -> list[Card]:
    """Labels that came with an id only: how late, and how many of them without a prediction to compare with."""
    late = {name: n for name in _LAGS if (n := totals.get(f"label_lag.{name}", 0))}
    lost = totals.get("unmatched.join", 0)
    if not late and not lost:
        return []
    within = [f"{count(n)} {'later' if name == 'longer' else f'within a {name}'}" for name, n in late.items()]
    note = ", ".join([*within, *([f"{count(lost)} without a prediction"] if lost else [])])
    return [Card(label="Labels joined", value=count(sum(late.values())), note=note, tone="warn" if lost else "")]


def _dropped_card(totals: Mapping[str, int]) -> Card:
    """What is missing in these numbers, by reason, the commonest first."""
    reasons = Counter({name.partition(".")[2]: n for name, n in totals.items() if name.startswith("dropped.") and n})
    note = ", ".join(f"{reason.replace('_', ' ')} {count(n)}" for reason, n in reasons.most_common())
    return Card(label="Dropped", value=count(reasons.total()), note=note, tone="warn" if reasons else "")


def counter_buckets(lens: Lens) -> list[Counter[str] | None]:
    """Counters of each bucket of the grid; silence since the first window counts as zero."""
    windows = lens.store.counter_series(
        lens.project, lens.name, lens.period.start, lens.period.end, version=lens.version
    )
    buckets = summed(windows, lens.grid)
    known_before = lens.deployment.first_window < lens.period.start
    return silence_as_zero(buckets, from_start=known_before)


def traffic_chart(lens: Lens, buckets: Sequence[Counter[str] | None]) -> Chart:
    """Requests, predictions and labels of each bucket."""
    wanted = (("requests", "Requests", "accent"), ("predictions", "Predictions", "blue"))
    series = [_counted(buckets, *each) for each in (*wanted, ("ground_truths", "Labels", "violet"))]
    return _chart(lens, "traffic", "Traffic", "count", [s for s in series if any(s.values)] or series[:1])


def failures_chart(lens: Lens, buckets: Sequence[Counter[str] | None]) -> Chart:
    """Return what went wrong in each bucket: exceptions, and whatever else there was."""
    series = [_counted(buckets, *each) for each in _FAILURES]
    return _chart(lens, "exceptions", "Exceptions and refusals", "count", [series[0], *_present(series[1:])])


def latency_chart(lens: Lens) -> Chart:
    """Median and 95th percentile of the latency of each bucket, in seconds."""
    windows = lens.store.latency_series(
        lens.project, lens.name, lens.period.start, lens.period.end, version=lens.version
    )
    buckets = merged(windows, lens.grid, Latency)
    median, high = (_quantile(buckets, p) for p in (0.5, 0.95))
    series = [Series(label="p95", values=high, role="warn"), Series(label="p50", values=median)]
    return _chart(lens, "latency", "Latency", "duration", series)


def performance_chart(lens: Lens) -> Chart:
    """Metrics of each bucket, of the kind of output that has the most labels."""
    windows = lens.store.performance_series(
        lens.project, lens.name, lens.period.start, lens.period.end, segment=lens.segment or ""
    )
    buckets = merged(windows, lens.grid, Performance)
    known = [bucket for bucket in buckets if bucket is not None and bucket.n]
    unit, names = _METRICS[max(known, key=lambda p: p.n).kind if known else "binary"]
    metrics = [bucket.metrics() if bucket is not None and bucket.n else None for bucket in buckets]
    lines = [
        Series(label=METRIC_NAMES[name], values=[m.get(name) if m else None for m in metrics], role=role)
        for name, role in zip(names, _ROLES, strict=False)
    ]
    return _chart(lens, "performance", "Performance", unit, _present(lines) or lines[:1], zero=unit != "percent")


def metric_rows(performance: Performance | None) -> list[tuple[str, str]]:
    """Metrics by name, formatted; empty without labels."""
    if performance is None or not performance.n:
        return []
    found = performance.metrics()
    return [(METRIC_NAMES[k], _metric(k, found[k])) for k in METRIC_NAMES if found.get(k) is not None]


def _metric(name: str, value: Any) -> str:
    return count(value) if name == "n" else f"{value:,.4g}"


def _counted(buckets: Sequence[Counter[str] | None], name: str, label: str, role: str) -> Series:
    values = [float(with_prefix(c, name)) if c is not None else None for c in buckets]
    return Series(label=label, values=values, role=role)


def _quantile(buckets: Sequence[Latency | None], share: float) -> list[float | None]:
    def value(latency: Latency | None) -> float | None:
        return finite(float(latency.quantiles.quantiles((share,))[0])) if latency is not None else None

    return [value(bucket) for bucket in buckets]


def _present(series: Sequence[Series]) -> list[Series]:
    return [s for s in series if any(v for v in s.values)]


def _chart(lens: Lens, name: str, title: str, unit: str, series: Sequence[Series], *, zero: bool = True) -> Chart:
    return Chart(name=name, title=title, unit=unit, times=list(lens.grid), series=series, step=lens.step, zero=zero)
