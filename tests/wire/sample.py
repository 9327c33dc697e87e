"""A window with something of everything, and its upload."""

from graphsignal_mw.records import ExceptionEvent
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

BUCKET = 1_700_000_100


def window():
    stats = WindowStats(4)
    stats.metadata["model_version"] = "1.2"
    stats.counters.update({"requests": 7, "predictions": 6, "exceptions": 3, "unparsed.empty": 1})
    stats.latency.update([0.01, 0.02, 0.04])
    stats.features.update(
        {
            "amount": [12.5, -3, 0, None, 1e300, 7],
            "country": ["DE", "FR", "DE", "", None, "DE"],
            "basket": [[1, 2], [], [1], {"a": 1}, b"ab", 1j],
        }
    )
    stats.predictions.update({"fraud": [True, False, False, True, False, None]})
    segment = stats.segment("country=DE")
    segment.counters["predictions"] = 3
    segment.predictions.update({"fraud": [True, False, None]})
    performance = stats.performance_of()
    performance.update([True, False, True], [True, True, False], [0.9, 0.6, None])
    performance.update(["a", "b", "a"], ["a", "a", "a"])
    performance.update([1.0, 2.0, 0.0], [1.5, 2.0, 1.0])
    stats.performance_of("country=DE").update([True], [True])
    stats.exceptions.add(ExceptionEvent("KeyError", "<quoted>", (("app.py", 3, "predict"),), {"shard": "2"}), 2)
    stats.exceptions.other = 1
    return stats


def envelope(*windows, seq=1, **changes):
    parts = [stats_to_part("fraud", "1.2", BUCKET, stats) for stats in windows]
    fields = {"schema_v": SCHEMA_VERSION, "boot_id": "boot-0001", "seq": seq, "sent_at": BUCKET + 60.5}
    return Envelope(**{**fields, "window_seconds": 300, "parts": parts, "client": "test/1", **changes})
