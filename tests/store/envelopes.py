"""Uploads to fill a store with."""

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

BUCKET = 1_700_000_100 // 300 * 300
WHOLE = (BUCKET - 86400, BUCKET + 86400)


def window(values=(1.0, 2.0, 3.0), **counters):
    """Statistics of a window whose feature ``x`` has ``values``."""
    stats = WindowStats()
    stats.counters.update(counters or {"requests": len(values), "predictions": len(values)})
    stats.latency.update([0.1] * len(values))
    stats.features.update({"x": list(values)})
    stats.predictions.update({"y": [v > 1 for v in values]})
    return stats


def rich_window():
    """Statistics of a window with something of everything."""
    stats = window()
    stats.performance_of().update([True, False, True], [True, True, True])
    stats.performance_of("plan=a").update([True], [True])
    stats.segment("plan=a").counters["predictions"] = 2
    stats.segment("plan=a").predictions.update({"y": [True, False]})
    stats.exceptions.add(ExceptionEvent("KeyError", "<quoted>", (("app.py", 3, "predict"),)), 4)
    stats.metadata["model_version"] = "v1"
    return stats


def envelope(*windows, seq=1, boot_id="boot-0001", deployment="model", version="", bucket=BUCKET, window_seconds=300):
    """An upload of ``windows``, all of one deployment, version and bucket."""
    parts = [stats_to_part(deployment, version, bucket, stats) for stats in windows]
    return Envelope(SCHEMA_VERSION, boot_id, seq, float(bucket), window_seconds, parts)
