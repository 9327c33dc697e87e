"""Windows of one process with a clock that tests turn, and what left them."""

from graphsignal_mw.records import GroundTruth, Prediction
from graphsignal_mw.window import Gathered, Windows
from graphsignal_mw.wire import Envelope, decode, encode, part_to_stats

NOON = 1_700_000_000 // 3600 * 3600
HOUR = 3600


class Process:
    """Windows of 300 s; ``now`` is monotonic seconds."""

    def __init__(self, **settings):
        self.now = 0.0
        self.windows = Windows(window_seconds=300, clock=lambda: self.now, **settings)

    def log(self, *rows, at=NOON, deployment="d", version="", outputs=None, segments=()):
        """Log one prediction a row (features by name)."""
        records = [Prediction(row, outputs or {"y": True}, segments) for row in rows]
        self.put(Gathered(predictions=records), at, deployment, version)

    def column(self, name, *values, **where):
        self.log(*({name: value} for value in values), **where)

    def label(self, *pairs, at=NOON, segments=(), kind=None):
        labels = [GroundTruth(label, prediction, segments, kind=kind) for label, prediction in pairs]
        self.put(Gathered(labels=labels), at, "d", "")

    def put(self, gathered, at=NOON, deployment="d", version=""):
        self.windows.add(self.windows.key(deployment, {"model_version": version}, at), gathered)

    def cut(self, *, final=False):
        """What leaves, as statistics by (deployment, version, bucket), over the wire."""
        return self._received(self.windows.cut(final=final))

    def peek(self):
        return self._received(self.windows.peek())

    def _received(self, parts):
        parts = decode(encode(Envelope(1, "boot-0001", 0, 1.0, 300, parts))).parts
        return [((p.deployment, p.version, p.bucket), part_to_stats(p)) for p in parts]


def only(parts):
    ((_, stats),) = parts
    return stats


def named(parts, column="x", stream="features"):
    return dict(getattr(only(parts), stream).columns[column].frequent.counts)
