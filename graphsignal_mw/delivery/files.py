"""Files that are either whole or not there, and locks that end with their process."""

import contextlib
import os
from pathlib import Path
from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows: no lock, so nothing is adopted
    fcntl = None


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` so that after a crash ``path`` holds the old or the new content, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make renames inside ``path`` durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def modified_at(path: Path) -> float:
    """Return when a file was written, Unix seconds; 0.0 for one that is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def size_of(path: Path) -> int:
    """Return the size of a file in bytes; 0 for one that is gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def remove_file(path: Path) -> None:
    """Remove a file if it is there and the disk lets us; it may have become read-only."""
    with contextlib.suppress(OSError):
        path.unlink()


class FileLock:
    """An exclusive lock of a file, held until :meth:`release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock and return True; False when another process has it or the file was just removed."""
        if fcntl is None:
            return False
        self.release()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self.path.stat().st_ino != os.fstat(descriptor).st_ino:
                raise FileNotFoundError(self.path)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; in a forked child, forget it without taking it from the parent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
