"""Open windows of one process: records in, parts of a delta out."""

from graphsignal_mw.window.gather import Gathered, fold_labels, fold_predictions
from graphsignal_mw.window.key import Key, bucket_of
from graphsignal_mw.window.packed import Layout, Packed
from graphsignal_mw.window.pause import Pause
from graphsignal_mw.window.rows import transpose
from graphsignal_mw.window.tables import fold_table, pick
from graphsignal_mw.window.windows import Windows

__all__ = [
    "Gathered",
    "Key",
    "Layout",
    "Packed",
    "Pause",
    "Windows",
    "bucket_of",
    "fold_labels",
    "fold_predictions",
    "fold_table",
    "pick",
    "transpose",
]
