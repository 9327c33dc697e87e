"""What a session needs of the agent."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from graphsignal_mw.records import ExceptionEvent, GroundTruth, Prediction, Table


class Recorder(Protocol):
    """Where a session's records go. ``strict``: wrong arguments raise. ``joins``: an id may stand for a prediction."""

    strict: bool
    joins: bool

    def record(
        self, deployment: str, metadata: Mapping[str, str], record: Prediction | GroundTruth | ExceptionEvent
    ) -> None:
        """Take one record."""

    def record_table(self, deployment: str, metadata: Mapping[str, str], table: Table) -> None:
        """Take a batch of predictions."""

    def record_labels(self, deployment: str, metadata: Mapping[str, str], labels: Sequence[GroundTruth]) -> None:
        """Take a batch of labels."""

    def count(self, deployment: str, name: str, n: int = 1) -> None:
        """Count something that happened now."""

    def flush(self) -> bool:
        """Cut and upload now."""
