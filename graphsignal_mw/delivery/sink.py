"""Where uploads go: one protocol, one file per way."""

from dataclasses import dataclass
from typing import Literal, Protocol

Verdict = Literal["accepted", "duplicate", "refused", "retry"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one body: ``refused`` is final, ``retry`` may be tried after ``retry_after`` seconds.

    ``status`` is that of HTTP, where there was an answer.
    """

    verdict: Verdict
    detail: str = ""
    retry_after: float | None = None
    status: int | None = None


class Sink(Protocol):
    """Takes encoded envelopes."""

    def send(self, data: bytes, timeout: float | None = None) -> Answer:
        """Deliver one body, within ``timeout`` seconds where they are fewer than the sink's own; never raises."""

    def close(self) -> None:
        """Let go of connections."""
