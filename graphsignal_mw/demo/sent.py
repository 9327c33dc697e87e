"""What the replay sent: the truth that the collector's counts must equal."""

from dataclasses import asdict, dataclass


@dataclass
class Sent:
    """Counts by the names that the read API uses for totals; ``requests`` are those for predictions."""

    requests: int = 0
    predictions: int = 0
    ground_truths: int = 0
    exceptions: int = 0
    rejected: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)
