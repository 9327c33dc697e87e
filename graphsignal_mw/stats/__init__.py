"""Statistics: one a file, one contract (``update``, ``merge``), composed by column, profile and window."""

from graphsignal_mw.stats.column import Column
from graphsignal_mw.stats.distinct import Distinct
from graphsignal_mw.stats.exceptions import ExceptionCount, Exceptions
from graphsignal_mw.stats.frequent import Frequent
from graphsignal_mw.stats.kinds import TYPES
from graphsignal_mw.stats.latency import Latency
from graphsignal_mw.stats.moments import Moments
from graphsignal_mw.stats.performance import Performance, infer_kind
from graphsignal_mw.stats.profile import Profile
from graphsignal_mw.stats.quantiles import ACCUMULATOR_K, CLIENT_K, Quantiles
from graphsignal_mw.stats.values import Values
from graphsignal_mw.stats.window import SegmentStats, WindowStats

__all__ = [
    "ACCUMULATOR_K",
    "CLIENT_K",
    "TYPES",
    "Column",
    "Distinct",
    "ExceptionCount",
    "Exceptions",
    "Frequent",
    "Latency",
    "Moments",
    "Performance",
    "Profile",
    "Quantiles",
    "SegmentStats",
    "Values",
    "WindowStats",
    "infer_kind",
]
