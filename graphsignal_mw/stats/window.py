"""Statistics of one window: one deployment, one version, one bucket of time."""

from collections import Counter
from collections.abc import Mapping

from graphsignal_mw.stats.exceptions import Exceptions
from graphsignal_mw.stats.latency import Latency
from graphsignal_mw.stats.performance import Performance
from graphsignal_mw.stats.profile import Profile
from graphsignal_mw.stats.text import bounded_name

MAX_SEGMENTS = 50
OTHER_SEGMENT = "other"


class SegmentStats:
    """Counts and predictions of one segment ``name=value``."""

    __slots__ = ("counters", "predictions")

    def __init__(self, significant_digits: int | None = None) -> None:
        self.counters: Counter[str] = Counter()
        self.predictions = Profile(significant_digits)

    def merge(self, other: "SegmentStats", *, fill: bool = True) -> None:
        """Add what ``other`` has seen."""
        self.counters.update(other.counters)
        self.predictions.merge(other.predictions, fill=fill)


class WindowStats:
    """Everything that is known of one window; mergeable.

    ``counters`` are named ``requests``, ``predictions``, ``ground_truths``, ``exceptions``, ``rejected``,
    ``aborted``, ``mismatched``, ``sampled``, ``withheld``, ``unparsed.<reason>``, ``dropped.<reason>``,
    ``unmatched.<field>`` and ``label_lag.<class>``. ``performance`` is by segment, the empty name is all of them.
    """

    __slots__ = (
        "counters",
        "exceptions",
        "features",
        "latency",
        "metadata",
        "performance",
        "predictions",
        "segments",
        "significant_digits",
    )

    def __init__(self, significant_digits: int | None = None) -> None:
        self.significant_digits = significant_digits
        self.counters: Counter[str] = Counter()
        self.latency = Latency()
        self.features = Profile(significant_digits)
        self.predictions = Profile(significant_digits)
        self.segments: dict[str, SegmentStats] = {}
        self.performance: dict[str, Performance] = {}
        self.exceptions = Exceptions()
        self.metadata: dict[str, str] = {}

    def segment(self, name: str) -> SegmentStats:
        """Statistics of the segment ``name``; beyond :data:`MAX_SEGMENTS` they are those of ``other``."""
        chosen = bounded(self.segments, bounded_name(name))
        return self.segments.setdefault(chosen, SegmentStats(self.significant_digits))

    def performance_of(self, segment: str = "") -> Performance:
        """Performance of one segment, or of all; beyond :data:`MAX_SEGMENTS` that of ``other``."""
        chosen = bounded(self.performance, segment and bounded_name(segment))
        return self.performance.setdefault(chosen, Performance(self.significant_digits))

    def merge(self, other: "WindowStats", *, fill: bool = True) -> None:
        """Add what ``other`` has seen; without ``fill`` it is another version or time (see Profile.merge)."""
        self.counters.update(other.counters)
        self.latency.merge(other.latency)
        self.features.merge(other.features, fill=fill)
        self.predictions.merge(other.predictions, fill=fill)
        for name, segment in other.segments.items():
            self.segment(name).merge(segment, fill=fill)
        for name, performance in other.performance.items():
            self.performance_of(name).merge(performance)
        self.exceptions.merge(other.exceptions)
        self.metadata.update(other.metadata)


def bounded(known: Mapping[str, object], name: str) -> str:
    """Return ``name``, or ``other`` where that would be one segment too many."""
    return name if name in known or not name or len(known) < MAX_SEGMENTS else OTHER_SEGMENT
