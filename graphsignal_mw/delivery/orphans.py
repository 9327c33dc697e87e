"""Spool folders whose process has ended: what is in them is taken over by the next one."""

import contextlib
import logging
from pathlib import Path

from graphsignal_mw.delivery.files import FileLock, remove_file, sync_directory

log = logging.getLogger("graphsignal_mw")


def adopt_orphan(folder: Path, into: Path) -> int:
    """Move the deltas of ``folder`` if it is nobody's; return how many. One that cannot be adopted costs no other."""
    lock = FileLock(folder / "lock")
    try:
        return _adopt(folder, into) if lock.path.exists() and lock.acquire() else 0
    except OSError as error:  # it may be another user's
        log.warning("graphsignal_mw: what waits in %s cannot be adopted: %s", folder, error)
        return 0
    finally:
        lock.release()


def remove_folder(folder: Path) -> None:
    """Remove a folder in which no delta is left."""
    for name in ("lock", *(path.name for path in folder.glob("*.tmp"))):
        remove_file(folder / name)
    with contextlib.suppress(OSError):  # a process has just made it its own
        folder.rmdir()


def _adopt(folder: Path, into: Path) -> int:
    for checkpoint in folder.glob("*.open"):
        complete = checkpoint.with_suffix(".delta")
        if complete.exists():
            checkpoint.unlink()
        else:
            checkpoint.replace(complete)
    adopted = 0
    for path in folder.glob("*.delta"):
        # Adopted before: it bears a name of its own already, which would grow with every process that fails.
        name = path.name if "-" in path.name else f"{folder.name}-{path.name}"
        path.replace(into / name)
        adopted += 1
    sync_directory(into)
    remove_folder(folder)
    return adopted
