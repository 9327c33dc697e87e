"""What goes over the wire: see FORMAT.md. Unknown fields are ignored, so that fields can be added.

``gc=False``: none can hold itself, and the collector of garbage would look at each column of each upload.
"""

from typing import Annotated

from msgspec import Meta, Struct

from graphsignal_mw.stats.moments import MOST

SCHEMA_VERSION = 1
OLDEST_VERSION = 1  # there is none before the first
MAX_TEXT = 2500  # characters
MAX_TEXTS, MAX_COUNTERS = 20, 500  # entries

Count = Annotated[int, Meta(ge=0, le=MOST)]
Name = Annotated[str, Meta(min_length=1, max_length=250, pattern="^[^\\x00]*$")]  # PostgreSQL refuses NUL
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Counters = Annotated[dict[Annotated[str, Meta(max_length=300)], Count], Meta(max_length=MAX_COUNTERS)]


class MomentsData(Struct, array_like=True, frozen=True, gc=False):
    """Count, mean, sum of squared deviations, extremes (null when empty)."""

    n: Count = 0
    mean: float = 0.0
    m2: Annotated[float, Meta(ge=0)] = 0.0
    minimum: float | None = None
    maximum: float | None = None


class ValuesData(Struct, omit_defaults=True, frozen=True, gc=False):
    """What ``n`` values look like; absent from a column until enough values stand behind it."""

    n: Count
    moments: MomentsData = MomentsData()
    quantiles: bytes = b""
    distinct: bytes = b""
    frequent: Annotated[list[tuple[Annotated[str, Meta(max_length=250)], Count]], Meta(max_length=1024)] = []
    frequent_error: Count = 0
    frequent_total: Count = 0
    lengths: MomentsData = MomentsData()


class ColumnData(Struct, omit_defaults=True, frozen=True, gc=False):
    """Counts of one column, and its values."""

    count: Count
    missing: Count = 0
    zeros: Count = 0
    empties: Count = 0
    types: Annotated[dict[str, Count], Meta(max_length=10)] = {}
    values: ValuesData | None = None


class ProfileData(Struct, omit_defaults=True, frozen=True, gc=False):
    """Columns of one stream."""

    rows: Count = 0
    skipped: Count = 0
    columns: Annotated[dict[Name, ColumnData], Meta(max_length=1000)] = {}


class LatencyData(Struct, omit_defaults=True, frozen=True, gc=False):
    """Durations in seconds."""

    moments: MomentsData = MomentsData()
    quantiles: bytes = b""


class SegmentData(Struct, omit_defaults=True, frozen=True, gc=False):
    """Counts and predictions of one segment."""

    counters: Counters = {}
    predictions: ProfileData = ProfileData()


class BinaryData(Struct, frozen=True, gc=False):
    """Confusion counts, and scores by label in bins of equal width over 0..1."""

    tp: Count
    fp: Count
    tn: Count
    fn: Count
    negative_scores: Annotated[list[Count], Meta(min_length=30, max_length=30)]
    positive_scores: Annotated[list[Count], Meta(min_length=30, max_length=30)]
    brier_sum: Annotated[float, Meta(ge=0)] = 0.0


class CategoricalData(Struct, frozen=True, gc=False):
    """Confusion counts: label, prediction, n."""

    confusion: Annotated[
        list[tuple[Annotated[str, Meta(max_length=250)], Annotated[str, Meta(max_length=250)], Count]],
        Meta(max_length=2500),
    ]
    correct: Count


class NumericData(Struct, frozen=True, gc=False):
    """Sums of the error, its sketch, and moments of the labels."""

    errors: MomentsData
    labels: MomentsData
    quantiles: bytes
    abs_sum: Annotated[float, Meta(ge=0)]
    fourth_sum: Annotated[float, Meta(ge=0)]
    relative_sum: Annotated[float, Meta(ge=0)]
    relative_n: Count


class PerformanceData(Struct, omit_defaults=True, frozen=True, gc=False):
    """Performance by kind of output."""

    binary: BinaryData | None = None
    categorical: CategoricalData | None = None
    numeric: NumericData | None = None


class ExceptionData(Struct, omit_defaults=True, frozen=True, gc=False):
    """One kind of exception; frames are (file, line, function)."""

    type: Annotated[str, Meta(max_length=250)]
    count: Count
    message: Text = ""
    frames: Annotated[list[tuple[Text, int, Text]], Meta(max_length=100)] = []
    extra: Annotated[dict[Name, Text], Meta(max_length=MAX_TEXTS)] = {}


class Part(Struct, omit_defaults=True, frozen=True, gc=False):
    """Statistics of one deployment, version and bucket; ``bucket`` is its start in Unix seconds.

    ``explicit``: the bucket is that of the records' own timestamps, not of the sender's clock.
    """

    deployment: Name
    bucket: Annotated[int, Meta(ge=0, le=2**40)]
    version: Annotated[str, Meta(max_length=250, pattern="^[^\\x00]*$")] = ""
    metadata: Annotated[dict[Name, Text], Meta(max_length=MAX_TEXTS)] = {}
    counters: Counters = {}
    latency: LatencyData = LatencyData()
    features: ProfileData = ProfileData()
    predictions: ProfileData = ProfileData()
    segments: Annotated[dict[Name, SegmentData], Meta(max_length=60)] = {}
    performance: Annotated[dict[Annotated[str, Meta(max_length=250)], PerformanceData], Meta(max_length=60)] = {}
    exceptions: Annotated[list[ExceptionData], Meta(max_length=20)] = []
    other_exceptions: Count = 0
    explicit: bool = False


class Envelope(Struct, frozen=True, gc=False):
    """One upload: a delta. (project of the key, boot id, seq) is its identity; it commits whole."""

    schema_v: Annotated[int, Meta(ge=1)]
    boot_id: Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    seq: Annotated[int, Meta(ge=0, le=2**62)]
    sent_at: float
    window_seconds: Annotated[int, Meta(ge=1, le=86400)]
    parts: Annotated[list[Part], Meta(max_length=10_000)]
    client: Annotated[str, Meta(max_length=250)] = ""


def is_known_version(version: int, own: int = SCHEMA_VERSION) -> bool:
    """Whether a receiver of the schema version ``own`` takes uploads of ``version``: its own, and the one before."""
    return version in {own, max(own - 1, OLDEST_VERSION)}
