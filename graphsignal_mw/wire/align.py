"""Senders whose clock is wrong: their windows are moved to where they belong."""

from msgspec.structs import replace

from graphsignal_mw.wire.schema import Envelope

TOLERATED = 120.0  # seconds between two clocks


def aligned(envelope: Envelope, sent_at: float, received_at: float) -> Envelope:
    """Return ``envelope`` with its buckets moved by what the sender's clock is off, in whole buckets.

    The bucket that was open for the sender when it sent is the one that is open for us: none moves into the future.
    ``sent_at`` is the sender's clock when it sent, ``received_at`` ours: Unix seconds. Explicit timestamps never move.
    """
    if abs(received_at - sent_at) <= TOLERATED:
        return envelope
    seconds = envelope.window_seconds
    moved = int(received_at // seconds - sent_at // seconds) * seconds
    parts = [part if part.explicit else replace(part, bucket=part.bucket + moved) for part in envelope.parts]
    return replace(envelope, parts=parts)
