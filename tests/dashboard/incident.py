"""Twelve days of a small deployment, of which the last day has an incident: what the pages are tried on."""

import math

import numpy as np

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import Issue, Store
from graphsignal_mw.wire import Envelope, stats_to_part

HOUR = 3600
NAME = "flights/late prod"  # a name that has to be quoted in a URL
LONG_NAME = "long" * 60  # of a deployment and of its only column
PROJECT = "default"
_CARRIERS = ("UA", "B6", "EV", "DL", "<b>AA</b>")
_FRAMES = (("app/main.py", 42, "predict"), ("app/features.py", 17, "encode"))


def fill(store: Store, now: int, *, days: int = 12) -> None:
    """Ingest hourly windows that end at ``now`` (Unix seconds); distance changes its unit a day before."""
    rng = np.random.default_rng(7)
    buckets = range(now // HOUR * HOUR - days * 24 * HOUR, now, HOUR)
    parts = [part for bucket in buckets for part in _parts(rng, bucket, incident=bucket >= now - 24 * HOUR)]
    _ingest(store, now, "boot-0001", parts)


def fill_long_name(store: Store, now: int) -> None:
    """Ingest one window of a deployment whose names nothing can break into words."""
    stats = WindowStats()
    stats.features.update({LONG_NAME: [1.0, 2.0, 3.0]})
    _ingest(store, now, "boot-0002", [stats_to_part(LONG_NAME, "1", now // HOUR * HOUR, stats)])


def issue(opened: int, **changes: object) -> Issue:
    """Return the issue that the incident is."""
    fields: dict[str, object] = {
        "id": None,
        "deployment": NAME,
        "family": "data drift",
        "state": "open",
        "severity": "high",
        "columns": [
            {"stream": "features", "name": "distance", "effect": 0.7, "explanation": "All quantiles x 1.609."},
            {"stream": "features", "name": "dep_delay", "effect": 0.5, "explanation": "Missing rose to 50%."},
        ],
        "opened": opened,
        "updated": opened + HOUR,
        "resolved": None,
        "explanation": "All quantiles of distance are 1.609 times what they were: a unit?",
        "evidence": {},
    }
    return Issue(**{**fields, **changes})


def _ingest(store, now, boot, parts):
    envelope = Envelope(schema_v=1, boot_id=boot, seq=1, sent_at=now, window_seconds=HOUR, parts=parts)
    store.ingest(PROJECT, envelope, float(now))
    store.compact(limit=10_000)


def _parts(rng, bucket, *, incident):
    for version, factor in (("1.4", 1.0), ("1.5", 1.609)) if incident else (("1.4", 1.0),):
        yield stats_to_part(NAME, version, bucket, _window(rng, bucket, factor, incident=incident))


def _window(rng, bucket, factor, *, incident):
    rows = 60 + int(30 * math.sin(bucket / HOUR % 24 / 24 * 2 * math.pi))
    stats = WindowStats()
    delay = rng.normal(8, 30, rows)
    stats.features.update(
        {
            "distance": np.round(rng.gamma(2.2, 480, rows) + 90) * factor,
            "dep_delay": np.where(rng.random(rows) < (0.5 if incident else 0.0), np.nan, delay),
            "carrier": rng.choice(_CARRIERS, rows).tolist(),
        }
    )
    score = rng.random(rows)
    late = (score > 0.5).tolist()
    stats.predictions.update({"late": late})
    stats.latency.update(rng.lognormal(-4.6, 0.5, rows))
    stats.counters.update(requests=rows, predictions=rows, ground_truths=rows, exceptions=1)
    for segment in ("", "origin=JFK"):
        stats.performance_of(segment).update(late[::-1], late, score.tolist())
    stats.segment("origin=JFK").counters["predictions"] += rows
    stats.exceptions.add(ExceptionEvent("KeyError", "'tailnum'", _FRAMES))
    return stats
