"""Where the spool is."""

import hashlib
import os
import tempfile
from pathlib import Path

from graphsignal_mw.config import Settings


def spool_root(settings: Settings) -> Path:
    """Return the folder of the spool: apart for each key, so that an orphan is adopted by its own project only."""
    base = Path(settings.spool_dir) if settings.spool_dir else _default_folder()
    return base / hashlib.sha256((settings.api_key or "").encode()).hexdigest()[:16]


def _default_folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    try:
        home = Path(state) if state else Path.home() / ".local" / "state"
    except RuntimeError:  # no home folder
        home = Path(tempfile.gettempdir())
    return home / "graphsignal_mw" / "spool"
