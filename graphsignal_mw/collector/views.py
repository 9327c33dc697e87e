"""What the store knows, as the API says it. NaN and infinity are null."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from graphsignal_mw.stats import Column, ExceptionCount, Latency, Moments, Performance, Quantiles
from graphsignal_mw.stats.facets import split_facet
from graphsignal_mw.store import Deployment, Issue, Totals

PROBABILITIES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
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
)
_BY_REASON = ("unparsed", "dropped", "unmatched", "label_lag")
_TOP = 20
_TOP_PAIRS = 100


def deployment_view(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment."""
    return {name: value for name, value in asdict(deployment).items() if name != "project"}


def totals_view(totals: Totals) -> dict[str, Any]:
    """Return sums of a range: counters, those with reasons as objects, latency in seconds."""
    return {
        **{name: totals.counters[name] for name in _COUNTERS},
        **{name: reasons(totals.counters, name) for name in _BY_REASON},
        "windows": totals.window_count,
        "latency": latency_view(totals.latency),
    }


def reasons(counters: Mapping[str, int], name: str) -> dict[str, int]:
    """Return the counters ``name.<reason>`` by reason."""
    return {key.removeprefix(f"{name}."): n for key, n in sorted(counters.items()) if key.startswith(f"{name}.")}


def latency_view(latency: Latency) -> dict[str, Any]:
    """Return latency in seconds."""
    return {**_moments(latency.moments), **_quantiles(latency.quantiles, (0.5, 0.9, 0.95, 0.99))}


def column_view(stream: str, name: str, column: Column) -> dict[str, Any]:
    """Return a column; values that are not known are null, and so are ``derived_from`` and ``facet`` of no facet."""
    moments = _moments(column.moments)
    derived_from, facet = split_facet(name) or (None, None)
    return {
        "stream": stream,
        "name": name,
        "derived_from": derived_from,
        "facet": facet,
        "count": column.count,
        "missing": column.missing,
        "zeros": column.zeros,
        "empties": column.empties,
        "types": {kind: n for kind, n in column.types.items() if n},
        **{key: moments[key] for key in ("min", "max", "mean", "std")},
        "quantiles": _quantiles(column.quantiles, PROBABILITIES),
        "distinct": round(column.distinct.estimate()),
        "frequent": [{"value": value, "count": n, "error": error} for value, n, error in column.frequent.top(_TOP)],
        "lengths": _moments(column.lengths) if column.lengths.n else None,
    }


def performance_view(segment: str, performance: Performance | None) -> dict[str, Any]:
    """Return metrics by name; without labels, ``n`` is 0 and ``kind`` null."""
    if performance is None:
        return {"segment": segment, "kind": None, "n": 0}
    return {"segment": segment, **performance.metrics(), **_behind(performance)}


def _behind(performance: Performance) -> dict[str, Any]:
    """Return what stands behind the metrics: quantiles of the error, or the confusion of the commonest classes."""
    if performance.kind == "numeric":
        return {"error_quantiles": _quantiles(performance.numeric.quantiles, PROBABILITIES)}
    if performance.kind == "categorical":
        pairs = performance.categorical.confusion.most_common(_TOP_PAIRS)
        return {"confusion": [{"label": a, "prediction": p, "count": n} for (a, p), n in pairs if n]}
    return {}


def exception_view(kind: ExceptionCount) -> dict[str, Any]:
    """Return one kind of exception."""
    frames = [{"file": file, "line": line, "function": function} for file, line, function in kind.frames]
    return {"type": kind.type, "message": kind.message, "count": kind.count, "frames": frames}


def issue_view(issue: Issue) -> dict[str, Any]:
    """Return an issue."""
    return asdict(issue)


def percentile(probability: float) -> str:
    """Return the name of a quantile: ``p05`` of 0.05."""
    return f"p{round(probability * 100):02d}"


def _moments(moments: Moments) -> dict[str, Any]:
    known = moments.n > 0
    return {
        "count": moments.n,
        "mean": moments.mean if known else None,
        "std": moments.std if known else None,
        "min": moments.minimum,
        "max": moments.maximum,
    }


def _quantiles(quantiles: Quantiles, probabilities: tuple[float, ...]) -> dict[str, float | None]:
    values = quantiles.quantiles(probabilities).tolist() if quantiles.n else [None] * len(probabilities)
    return {percentile(p): value for p, value in zip(probabilities, values, strict=True)}
