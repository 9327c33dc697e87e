"""Detection of issues: pure functions over profiles, without a clock and without a store."""

from graphsignal_mw.detect.engine import evaluate
from graphsignal_mw.detect.findings import ColumnFinding, DetectedIssue, KnownIssue
from graphsignal_mw.detect.memory import Memory
from graphsignal_mw.detect.sketches import Sketch

__all__ = ["ColumnFinding", "DetectedIssue", "KnownIssue", "Memory", "Sketch", "evaluate"]
