"""Settings of one agent: frozen, checked once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

WINDOWS = (60, 300, 3600)
MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a process needs to know, besides its endpoints. Sizes in bytes, times in seconds.

    ``strict``: wrong arguments of the logger raise (default: ``debug_mode``). ``upload_seconds``: how often a delta
    is cut and uploaded (default: ``window_seconds``, at most 60). ``spool_dir``: where deltas wait for the
    collector (default: a folder of the user). ``join_hours``: how long a prediction waits for a label that bears only
    its id (0: no label join).
    """

    url: str | None = None
    api_key: str | None = None
    debug_mode: bool = False
    strict: bool | None = None
    window_seconds: int = 300
    upload_seconds: float | None = None
    checkpoint_seconds: float = 5.0
    spool_dir: str | None = None
    min_count: int = 5
    significant_digits: int = 4
    hash: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    max_queue_records: int = 10_000
    max_queue_bytes: int = 64 * MIB
    max_body_bytes: int = MIB
    max_cpu_share: float = 0.05
    join_hours: float = 0.0
    max_join_rows: int = 1_000_000
    max_join_bytes: int = 512 * MIB
    timeout: float = 10.0
    ca_bundle: str | None = None
    disabled: bool = False

    @property
    def raises(self) -> bool:
        """Whether wrong arguments raise."""
        return self.debug_mode if self.strict is None else self.strict

    @property
    def upload_interval(self) -> float:
        """Seconds between uploads."""
        return self.upload_seconds if self.upload_seconds is not None else min(self.window_seconds, 60.0)


class SettingsArguments(TypedDict, total=False):
    """The fields of :class:`Settings` as keyword arguments; None means not given."""

    url: str | None
    api_key: str | None
    debug_mode: bool | None
    strict: bool | None
    window_seconds: int | None
    upload_seconds: float | None
    checkpoint_seconds: float | None
    spool_dir: str | None
    min_count: int | None
    significant_digits: int | None
    hash: Sequence[str] | None
    drop: Sequence[str] | None
    allow: Sequence[str] | None
    max_queue_records: int | None
    max_queue_bytes: int | None
    max_body_bytes: int | None
    max_cpu_share: float | None
    join_hours: float | None
    max_join_rows: int | None
    max_join_bytes: int | None
    timeout: float | None
    ca_bundle: str | None
    disabled: bool | None
