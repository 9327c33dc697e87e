"""The disk spool of one process: what is not yet uploaded survives it.

``<root>/<boot id>/`` holds ``<seq>.delta`` (complete), ``<seq>.open`` (the checkpoint of the open windows, which
bears the sequence number of its final upload) and ``lock``, held while the process lives. A directory whose
lock is free belongs to nobody: the next process adopts it.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from graphsignal_mw.delivery.files import (
    FileLock,
    modified_at,
    remove_file,
    size_of,
    write_atomically,
)
from graphsignal_mw.delivery.frames import Body, pack, unpack
from graphsignal_mw.delivery.lost import Lost
from graphsignal_mw.delivery.orphans import adopt_orphan, remove_folder
from graphsignal_mw.errors import SpoolError

MAX_BYTES = 50 * 1024 * 1024
MAX_AGE = 48 * 3600.0
_ATTEMPTS = 3


class Spool:
    """Spool directory of one boot. ``dropped`` counts files given up, by reason; ``given_up`` are their names.

    ``lost`` is what was in them.

    Sizes in bytes, ages in seconds.
    """

    def __init__(
        self,
        root: Path,
        boot_id: str,
        *,
        max_bytes: int = MAX_BYTES,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.root, self.boot_id = root, boot_id
        self.max_bytes, self.max_age = max_bytes, max_age
        self.dropped: dict[str, int] = {}
        self.given_up: set[str] = set()
        self.lost = Lost()
        self._clock = clock
        self._folder = root / boot_id
        self._lock = FileLock(self._folder / "lock")

    def open(self) -> None:
        """Make the directory and lock it.

        Raises:
            SpoolError: when the disk is full or read-only, or rights are missing.

        """
        try:
            for _ in range(_ATTEMPTS):
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                if self._lock.acquire():
                    return
        except OSError as error:
            raise self._failed(error) from error

    def checkpoint(self, bodies: Sequence[Body]) -> None:
        """Replace the checkpoint of the open windows.

        Raises:
            SpoolError: when it cannot be written.

        """
        self._write(self._file(bodies[0].seq, "open"), pack(bodies))

    def commit(self, bodies: Sequence[Body]) -> Path:
        """Write a complete delta in place of its checkpoint, and return its file.

        Raises:
            SpoolError: when it cannot be written; the checkpoint then stays.

        """
        content = pack(bodies)
        self._make_room(len(content))
        path = self._file(bodies[0].seq, "delta")
        self._write(path, content)
        self.discard_checkpoint(bodies[0].seq)
        return path

    def discard_checkpoint(self, seq: int) -> None:
        """Remove the checkpoint of ``seq``: what it holds is safe elsewhere."""
        remove_file(self._file(seq, "open"))

    def read(self, path: Path) -> list[Body]:
        """Return the bodies of a complete delta.

        Raises:
            FileNotFoundError: when the file is gone.
            SpoolError: when it is unreadable or damaged.

        """
        try:
            return unpack(path.read_bytes())
        except (FileNotFoundError, SpoolError):
            raise
        except OSError as error:
            raise SpoolError(f"{path.name}: {error}") from error

    def remove(self, path: Path, reason: str | None = None) -> None:
        """Remove a delta that was delivered, or given up for ``reason``."""
        if reason and path.name not in self.given_up:  # a disk that is read-only keeps it, and it comes again
            self.given_up.add(path.name)
            self.dropped[reason] = self.dropped.get(reason, 0) + 1
            with contextlib.suppress(OSError, SpoolError):
                self.lost.add(reason, self.read(path))
        remove_file(path)

    def pending(self) -> list[Path]:
        """Return the complete deltas, oldest first; those older than ``max_age`` are given up."""
        paths = sorted(self._folder.glob("*.delta"), key=modified_at)
        kept = []
        for path in paths:
            if self._clock() - modified_at(path) > self.max_age:
                self.remove(path, "spool_age")
            else:
                kept.append(path)
        return kept

    def adopt(self) -> int:
        """Take over what ended processes left behind; return how many deltas that is."""
        return sum(
            adopt_orphan(folder, self._folder) for folder in sorted(self.root.glob("*")) if folder != self._folder
        )

    def close(self) -> None:
        """Give the directory back; remove it when nothing is left in it."""
        self._lock.release()
        if not any(self._folder.glob("*.delta")) and not any(self._folder.glob("*.open")):
            remove_folder(self._folder)

    def forget(self) -> None:
        """In a forked child: let go of the parent's lock without touching its files."""
        self._lock.release()

    def _file(self, seq: int, kind: str) -> Path:
        return self._folder / f"{seq:012d}.{kind}"

    def _make_room(self, size: int) -> None:
        paths = self.pending()
        total = size + sum(map(size_of, paths))
        for path in paths:
            if total <= self.max_bytes:
                return
            total -= size_of(path)
            self.remove(path, "spool_full")

    def _write(self, path: Path, content: bytes) -> None:
        try:
            # The disk refused at first and may not now, or someone has cleaned up: try again.
            if not self._lock.is_held or not self._lock.path.exists():
                self.open()
            write_atomically(path, content)
        except OSError as error:
            remove_file(path.with_name(path.name + ".tmp"))
            raise error if isinstance(error, SpoolError) else self._failed(error) from error

    def _failed(self, error: OSError) -> SpoolError:
        return SpoolError(
            f"spool_dir: cannot write to {self.root} ({error.strerror or error}); expected a writable folder"
        )
