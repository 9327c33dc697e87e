"""Which window a record belongs to."""

from typing import NamedTuple


class Key(NamedTuple):
    """One window: deployment, version (metadata ``model_version``) and start of the bucket in Unix seconds.

    ``explicit``: the bucket is that of the records' own timestamps, not of this machine's clock.
    """

    deployment: str
    version: str
    bucket: int
    explicit: bool = False


def bucket_of(timestamp: float, window_seconds: int) -> int:
    """Return the start of the tumbling bucket that holds ``timestamp``, Unix seconds."""
    return int(timestamp // window_seconds) * window_seconds
