"""Where uploads go: one protocol, one file per way."""

from dataclasses import dataclass
from typing import Literal, Protocol

Verdict = Literal["accepted", "duplicate", "refused", "retry"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one body: ``refused`` is final, ``retry`` may be tried after ``retry_after`` seconds."""

    verdict: Verdict
    detail: str = ""
    retry_after: float | None = None


class Sink(Protocol):
    """Takes encoded envelopes."""

    def send(self, data: bytes) -> Answer:
        """Deliver one body; never raises."""

    def close(self) -> None:
        """Let go of connections."""
