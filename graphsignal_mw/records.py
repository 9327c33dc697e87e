"""What flows before a window: plain data, standard library only.

An :class:`Exchange` is what a middleware copied of one request. Mapping turns it into
:class:`Prediction`, :class:`GroundTruth` and :class:`ExceptionEvent`, which the logger makes directly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["completed", "failed", "aborted"]
BodyState = Literal["complete", "incomplete", "truncated", "skipped"]
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True, frozen=True)
class ExceptionEvent:
    """One exception as strings: type, message, frames ``(file, line, function)``, never locals or objects."""

    type: str
    message: str = ""
    frames: tuple[tuple[str, int, str], ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Exchange:
    """One request and its response, copied and not yet parsed.

    ``endpoint`` is the configured endpoint that matched and ``params`` its path parameters.
    ``started_at`` is Unix seconds, ``duration`` seconds until the last byte of the response.
    ``status`` is None when no response was started. Bodies are what passed, up to the limit;
    their states say whether that is all of them. Header names are lower case.
    """

    endpoint: Any
    params: Mapping[str, str]
    started_at: float
    duration: float
    status: int | None
    outcome: Outcome
    request_headers: Headers = ()
    response_headers: Headers = ()
    request_body: bytes | bytearray = b""
    response_body: bytes | bytearray = b""
    request_state: BodyState = "complete"
    response_state: BodyState = "complete"
    exception: ExceptionEvent | None = None


@dataclass(slots=True)
class Prediction:
    """One instance: its features, its outputs by name, its segments and when it happened (Unix seconds)."""

    features: Mapping[str, Any]
    outputs: Mapping[str, Any]
    segments: tuple[str, ...] = ()
    timestamp: float | None = None
    score: float | None = None
    prediction_id: str | None = None


@dataclass(slots=True)
class GroundTruth:
    """One label with the prediction it belongs to; ``timestamp`` is the prediction's own time."""

    label: Any
    prediction: Any
    segments: tuple[str, ...] = ()
    timestamp: float | None = None
    score: float | None = None
    prediction_id: str | None = None
    kind: str | None = None
