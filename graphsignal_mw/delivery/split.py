"""Parts to bodies: one upload, or several where one would be too large."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from graphsignal_mw._version import __version__
from graphsignal_mw.delivery.frames import Body
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, Part, encode
from graphsignal_mw.wire.schema import ProfileData

MAX_BODY = 1_500_000  # bytes; the collector takes 2 MB
# A collector refuses parts that are older or further ahead than this, and somewhat more.
_MAX_AGE, _MAX_AHEAD = 397 * 86_400, 43_200
CLIENT = f"python/{__version__}"


def to_bodies(parts: Sequence[Part], *, boot_id: str, seq: int, window_seconds: int) -> list[Body]:
    """Return encoded envelopes of at most :data:`MAX_BODY` bytes, numbered from ``seq``."""
    bodies: list[Body] = []
    waiting = _by_time(parts, time.time())
    while waiting:
        group = waiting.pop(0)
        envelope = Envelope(
            schema_v=SCHEMA_VERSION,
            boot_id=boot_id,
            seq=seq + len(bodies),
            sent_at=time.time(),
            window_seconds=window_seconds,
            parts=group,
            client=CLIENT,
        )
        data = encode(envelope)
        halves = list(_halves(group)) if len(data) > MAX_BODY else []
        if halves:
            waiting[:0] = halves
        else:
            bodies.append(Body(envelope.seq, data))
    return bodies


def _by_time(parts: Sequence[Part], now: float) -> list[list[Part]]:
    """Return ``parts``, those that may be refused apart: one odd timestamp must not cost the upload of all others."""
    usual: list[Part] = []
    odd: list[Part] = []
    for part in parts:
        (usual if now - _MAX_AGE <= part.bucket <= now + _MAX_AHEAD else odd).append(part)
    return [group for group in (usual, odd) if group]


def _halves(parts: list[Part]) -> Iterator[list[Part]]:
    if len(parts) > 1:
        yield parts[: len(parts) // 2]
        yield parts[len(parts) // 2 :]
    elif len(parts[0].features.columns) > 1:
        yield from ([part] for part in _split_columns(parts[0]))


def _split_columns(part: Part) -> Iterator[Part]:
    """Keep everything but half of the features; the other half travels with no rows of its own.

    It goes first: were the rows known before their columns, merging would count the columns as missing there.
    """
    columns = iter(part.features.columns.items())
    half = len(part.features.columns) // 2
    kept = ProfileData(part.features.rows, part.features.skipped, dict(islice(columns, half)))
    rest = ProfileData(0, 0, dict(columns))
    yield Part(deployment=part.deployment, bucket=part.bucket, version=part.version, features=rest)
    yield msgspec.structs.replace(part, features=kept)
