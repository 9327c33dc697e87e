"""Envelopes to bytes and back: msgpack (or JSON) in gzip, capped while it inflates, checked before it is believed."""

import math
import zlib

import msgspec

from graphsignal_mw.errors import WireError
from graphsignal_mw.wire.check import check_part
from graphsignal_mw.wire.schema import SCHEMA_VERSION, Envelope, Part, is_known_version

MAX_COMPRESSED = 2 * 1024 * 1024
MAX_INFLATED = 16 * 1024 * 1024
CONTENT_TYPE = "application/vnd.graphsignal-mw.delta+msgpack"
JSON_TYPES = ("application/json", "application/vnd.graphsignal-mw.delta+json")
_GZIP = b"\x1f\x8b"  # with which no map of msgpack begins
_GZIP_WINDOW = 31  # 16 + the largest window: gzip framing only

_encoder = msgspec.msgpack.Encoder()
_envelopes = msgspec.msgpack.Decoder(Envelope)
_json_envelopes = msgspec.json.Decoder(Envelope)
_parts = msgspec.msgpack.Decoder(Part)


def encode(envelope: Envelope) -> bytes:
    """Return the body of an upload: msgpack in gzip."""
    # Level 1 saves 40 % of the time and costs 6 % more bytes; beyond 4 it takes twice the time for 1 %.
    gzip = zlib.compressobj(4, zlib.DEFLATED, _GZIP_WINDOW)
    return gzip.compress(_encoder.encode(envelope)) + gzip.flush()


def decode(
    body: bytes, content_encoding: str = "gzip", max_inflated: int = MAX_INFLATED, *, media_type: str = CONTENT_TYPE
) -> Envelope:
    """Return the envelope in ``body``, each of its sketches checked. ``media_type`` tells JSON from msgpack.

    Raises:
        WireError: with status 413 when the body is too large, before or after inflating; 415 for an encoding
            other than gzip or identity; 422 when it is not a valid envelope.

    """
    return read(inflate(body, content_encoding, max_inflated), media_type)


def read(data: bytes, media_type: str = CONTENT_TYPE) -> Envelope:
    """Return the envelope in ``data``, which are not compressed, each of its sketches checked.

    Raises:
        WireError: with status 422, when it is not a valid envelope.

    """
    decoder = _json_envelopes if media_type in JSON_TYPES else _envelopes
    try:
        envelope = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(f"body: {error}") from None
    if not is_known_version(envelope.schema_v):
        raise WireError(f"schema_v: {envelope.schema_v}; expected {SCHEMA_VERSION}")
    if not math.isfinite(envelope.sent_at):
        raise WireError(f"sent_at: {envelope.sent_at}; expected Unix seconds")
    for index, part in enumerate(envelope.parts):
        try:
            check_part(part)
        except (ValueError, OverflowError, RuntimeError) as error:  # the latter two are datasketches' own
            raise WireError(f"parts[{index}] ({part.deployment}): {error}") from None
    return envelope


def pack_part(part: Part) -> bytes:
    """Return the msgpack of one part, as a store keeps it."""
    return _encoder.encode(part)


def unpack_part(data: bytes) -> Part:
    """Return the part that :func:`pack_part` wrote, or the one that an upload in gzip carried."""
    if data.startswith(_GZIP):
        (part,) = _envelopes.decode(zlib.decompress(data, _GZIP_WINDOW)).parts
        return part
    return _parts.decode(data)


def inflate(body: bytes, content_encoding: str = "gzip", max_inflated: int = MAX_INFLATED) -> bytes:
    """Return ``body`` without its compression.

    Raises:
        WireError: with status 413 when it is too large, before or after; 415 for an encoding other than gzip or
            identity; 422 when it is not whole.

    """
    if len(body) > MAX_COMPRESSED:
        raise WireError(f"body: {len(body)} bytes; expected at most {MAX_COMPRESSED}", 413)
    if content_encoding in {"", "identity"}:
        return body
    if content_encoding != "gzip":
        raise WireError(f"Content-Encoding: {content_encoding!r}; expected gzip or identity", 415)
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        data = inflater.decompress(body, max_inflated + 1)
    except zlib.error as error:
        raise WireError(f"body: not gzip ({error})") from None
    if len(data) > max_inflated:
        raise WireError(f"body: inflates to more than {max_inflated} bytes", 413)
    if not inflater.eof or inflater.unused_data:
        raise WireError("body: the gzip stream is cut short or followed by other bytes")
    return data
