"""What is kept of a prediction until its label comes."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from graphsignal_mw.records import Prediction

OUTPUT = "prediction"
MAX_ROW = 4096  # bytes
_DIGEST = 16  # bytes


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """The output that a label is compared with, and what goes with it; ``time`` is Unix seconds."""

    deployment: str
    version: str
    value: bool | int | float | str
    time: float
    score: float | None = None
    segments: tuple[str, ...] = ()
    kind: str | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Remembered)


def remember(
    deployment: str,
    version: str,
    prediction: Prediction,
    moment: float,
    *,
    output: str | None = None,
    kind: str | None = None,
) -> Remembered | None:
    """Return what to keep of ``prediction``, None where no single value is its output.

    The output is the one named ``output``, else the only one, else the one called ``prediction``.
    """
    value = _plain(_chosen(prediction.outputs, output))
    if value is None:
        return None
    score = None if prediction.score is None else float(prediction.score)
    return Remembered(deployment, version, value, moment, score, tuple(prediction.segments), kind)


def to_bytes(remembered: Remembered) -> bytes | None:
    """Return a row of the table, None for what is too large for one."""
    try:
        row = _encoder.encode(remembered)
    except (OverflowError, UnicodeEncodeError):  # an integer of more than 64 bits, a lone surrogate
        return None
    return row if len(row) <= MAX_ROW else None


def from_bytes(row: bytes) -> Remembered | None:
    """Return what is in a row of the table; None for one that another release, or nobody of ours, has written."""
    try:
        return _decoder.decode(row)
    except msgspec.MsgspecError:
        return None


def identity(deployment: str, prediction_id: str, key: bytes) -> bytes:
    """Return what stands for an id in the table: a keyed BLAKE2b digest (RFC 7693), so that no id is on disk."""
    text = f"{deployment}\x00{prediction_id}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=_DIGEST, key=key[:64]).digest()


def _chosen(outputs: Mapping[str, Any], name: str | None) -> Any:
    if name is None and len(outputs) == 1:
        return next(iter(outputs.values()))
    return outputs.get(OUTPUT if name is None else name)


def _plain(value: Any) -> bool | int | float | str | None:
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if isinstance(plain, (bool, int, float, str)) and plain == plain else None  # noqa: PLR0124 - NaN
