"""The disk spool of one process: what is not yet uploaded survives it.

``<root>/<boot id>/`` holds ``<seq>.delta`` (complete), ``<seq>.open`` (the checkpoint of the open windows, which
bears the sequence number of its final upload) and ``lock``, held while the process lives. A directory whose
lock is free belongs to nobody: the next process adopts it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from graphsignal_mw.delivery.files import FileLock, sync_directory, write_atomically
from graphsignal_mw.delivery.frames import Body, pack, unpack
from graphsignal_mw.errors import SpoolError

MAX_BYTES = 50 * 1024 * 1024
MAX_AGE = 48 * 3600.0
_ATTEMPTS = 3


class Spool:
    """Spool directory of one boot. ``dropped`` counts files given up, by reason. Sizes in bytes, ages in seconds."""

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
        self._clock = clock
        self._folder = root / boot_id
        self._lock = FileLock(self._folder / "lock")
        self._checkpoint: Path | None = None

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
        path = self._folder / f"{bodies[0].seq:012d}.open"
        self._write(path, pack(bodies))
        self._checkpoint = path

    def commit(self, bodies: Sequence[Body]) -> Path:
        """Write a complete delta in place of its checkpoint, and return its file.

        Raises:
            SpoolError: when it cannot be written; the checkpoint then stays.

        """
        content = pack(bodies)
        self._make_room(len(content))
        path = self._folder / f"{bodies[0].seq:012d}.delta"
        self._write(path, content)
        self.discard_checkpoint()
        return path

    def discard_checkpoint(self) -> None:
        """Remove the checkpoint: what it holds is safe elsewhere."""
        if self._checkpoint is not None:
            self._checkpoint.unlink(missing_ok=True)
            self._checkpoint = None

    def read(self, path: Path) -> list[Body]:
        """Return the bodies of a complete delta.

        Raises:
            SpoolError: when the file is gone, unreadable or damaged.

        """
        try:
            return unpack(path.read_bytes())
        except OSError as error:
            raise SpoolError(f"{path.name}: {error}") from error

    def remove(self, path: Path, reason: str | None = None) -> None:
        """Remove a delta that was delivered, or given up for ``reason``."""
        path.unlink(missing_ok=True)
        if reason:
            self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def pending(self) -> list[Path]:
        """Return the complete deltas, oldest first; those older than ``max_age`` are given up."""
        paths = sorted(self._folder.glob("*.delta"), key=_modified)
        kept = []
        for path in paths:
            if self._clock() - _modified(path) > self.max_age:
                self.remove(path, "spool_age")
            else:
                kept.append(path)
        return kept

    def adopt(self) -> int:
        """Take over what ended processes left behind; return how many deltas that is."""
        return sum(self._adopt(folder) for folder in self._orphans())

    def close(self) -> None:
        """Give the directory back; remove it when nothing is left in it."""
        self._lock.release()
        if not any(self._folder.glob("*.delta")) and not any(self._folder.glob("*.open")):
            _remove_folder(self._folder)

    def forget(self) -> None:
        """In a forked child: let go of the parent's lock without touching its files."""
        self._lock.release()

    def _orphans(self) -> Iterator[Path]:
        for folder in sorted(self.root.glob("*")):
            if folder.is_dir() and folder != self._folder and (folder / "lock").exists():
                lock = FileLock(folder / "lock")
                if lock.acquire():
                    yield folder
                    lock.release()

    def _adopt(self, folder: Path) -> int:
        for checkpoint in folder.glob("*.open"):
            complete = checkpoint.with_suffix(".delta")
            if complete.exists():
                checkpoint.unlink()
            else:
                checkpoint.replace(complete)
        adopted = 0
        for path in folder.glob("*.delta"):
            path.replace(self._folder / f"{folder.name}-{path.name}")
            adopted += 1
        sync_directory(self._folder)
        _remove_folder(folder)
        return adopted

    def _make_room(self, size: int) -> None:
        paths = self.pending()
        total = size + sum(path.stat().st_size for path in paths)
        for path in paths:
            if total <= self.max_bytes:
                return
            total -= path.stat().st_size
            self.remove(path, "spool_full")

    def _write(self, path: Path, content: bytes) -> None:
        try:
            write_atomically(path, content)
        except OSError as error:
            path.with_name(path.name + ".tmp").unlink(missing_ok=True)
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> SpoolError:
        return SpoolError(
            f"spool_dir: cannot write to {self.root} ({error.strerror or error}); expected a writable folder"
        )


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove_folder(folder: Path) -> None:
    for name in ("lock", *(path.name for path in folder.glob("*.tmp"))):
        (folder / name).unlink(missing_ok=True)
    try:
        folder.rmdir()
    except OSError:
        return  # a process has just made it its own
