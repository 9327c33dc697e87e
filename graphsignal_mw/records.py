"""What flows before a window: plain data, standard library only.

An :class:`Exchange` is what a middleware copied of one request. Mapping turns it into
:class:`Prediction`, :class:`GroundTruth` and :class:`ExceptionEvent`, which the logger makes directly.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MAX_FRAMES = 30
MAX_MESSAGE = 500
_OURS = f"{__file__.removesuffix('records.py')}middleware"  # frames that say nothing of the user's app
# A quote opens where no word goes on, so that the apostrophe of "can't" is none, and may have a prefix as in b'...'.
# One that is never closed hides the rest: messages are cut.
_SECRETS = re.compile(
    r"""(?P<quoted>(?<!\w)(?:[bBrRuUfF]{0,2})(?P<mark>['"`])(?:\\.|(?!(?P=mark)(?!\w))[^\\])*(?:(?P=mark)|\\?\Z)"""
    r"""|\u201c[^\u201d]*(?:\u201d|\Z)|\u2018[^\u2019]*(?:\u2019|\Z)|\u00ab[^\u00bb]*(?:\u00bb|\Z))"""  # typeset quotes
    r"""|(?P<address>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"""
    r"""|(?P<url>(?<![\w+.-])[a-z][a-z0-9+.-]*://\S+)"""
    r"""|(?P<number>(?<![\w-])[\w-]*\d[\w.-]*)""",
    re.DOTALL,
)

Outcome = Literal["completed", "failed", "aborted"]
BodyState = Literal["complete", "incomplete", "truncated", "skipped", "sampled"]
Headers = Sequence[tuple[bytes, bytes]] | Sequence[tuple[str, str]]
"""Names, in any case, and values: bytes under ASGI, Latin-1 text under WSGI."""


@dataclass(slots=True, frozen=True)
class ExceptionEvent:
    """One exception as strings: type, message, frames ``(file, line, function)``, never locals or objects."""

    type: str
    message: str = ""
    frames: tuple[tuple[str, int, str], ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: BaseException, extra: Mapping[str, str] | None = None) -> "ExceptionEvent":
        """Return ``error`` as strings: nothing of it is kept alive, and its message is scrubbed."""
        frames = []
        traceback = error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            if not code.co_filename.startswith(_OURS):
                frames.append((short_path(code.co_filename), traceback.tb_lineno, code.co_qualname))
            traceback = traceback.tb_next
        return cls(type(error).__qualname__, scrub(_message(error)), tuple(frames[-MAX_FRAMES:]), extra or {})


@dataclass(slots=True)
class Exchange:
    """One request and its response, copied and not yet parsed.

    ``endpoint`` is the configured endpoint that matched and ``params`` its path parameters.
    ``started_at`` is Unix seconds, ``duration`` seconds until the last byte of the response.
    ``status`` is None when no response was started. Bodies are what passed, up to the limit;
    their states say whether that is all of them, or *sampled*: left out to save time. Headers are
    as the server gave them.
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

    @property
    def succeeded(self) -> bool:
        """Whether the answer was complete, with a status of success (2xx): only these give predictions and labels."""
        return self.outcome == "completed" and self.status is not None and 200 <= self.status < 300

    @property
    def is_sampled(self) -> bool:
        """Whether its bodies were let go of, to save time: it counts, and nothing looks into it."""
        return self.request_state == "sampled"


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
    """One label with the prediction it belongs to; ``timestamp`` is the prediction's own time.

    With a ``prediction_id`` and no ``prediction`` (None) it waits for the label join.
    """

    label: Any
    prediction: Any
    segments: tuple[str, ...] = ()
    timestamp: float | None = None
    score: float | None = None
    prediction_id: str | None = None
    kind: str | None = None


@dataclass(slots=True)
class Mapped:
    """What mapping found in an :class:`Exchange`; ``counters`` say what it did not find or understand."""

    deployment: str
    metadata: Mapping[str, str]
    predictions: list[Prediction] = field(default_factory=list)
    labels: list[GroundTruth] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Table:
    """A batch of predictions as columns (name to a sequence of shape (rows,)) or as rows (a list of mappings).

    ``timestamps`` are Unix seconds, shape (rows,); ``segments`` and ``prediction_ids`` are of each row, or None.
    """

    rows: int
    features: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]
    outputs: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]
    segments: Sequence[tuple[str, ...]] | None = None
    timestamps: Sequence[float] | None = None
    prediction_ids: Sequence[str | None] | None = None


def scrub(message: str) -> str:
    """Return ``message`` without what could be a value: quoted text, addresses, URLs, words with digits."""
    return _SECRETS.sub(lambda found: f"<{_what(found)}>", message[: 4 * MAX_MESSAGE])[:MAX_MESSAGE]


def _what(found: re.Match[str]) -> str:
    return next(name for name in ("quoted", "address", "url", "number") if found[name] is not None)


def short_path(path: str) -> str:
    """Return the last three components of a file's path: enough to find it, too little to describe a machine."""
    return "/".join(path.replace("\\", "/").split("/")[-3:])


def _message(error: BaseException) -> str:
    try:
        return str(error).encode("utf-8", "replace").decode()  # a lone surrogate could not be uploaded
    except Exception:  # noqa: BLE001 - the __str__ of a user's exception may do anything
        return ""
