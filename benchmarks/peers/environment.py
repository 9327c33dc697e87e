"""The peers' own virtual environment, in a folder of the user's cache: pinned, and made anew when the pins change."""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS = ROOT / "benchmarks" / "requirements-peers.txt"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graphsignal-mw" / "peers"


def python_of_peers(pins=PINS, *, with_us=True):
    """Return the Python of the environment of ``pins``, made where it is not there; ``with_us`` it has our package."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    told = f"{pins.read_text()}{ours if with_us else None}{sys.version}{ROOT}"
    cache = CACHE / pins.stem
    folder = cache / hashlib.sha256(told.encode()).hexdigest()[:12]
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        print(f"Installing the peers of {pins.name} ...", file=sys.stderr, flush=True)
        shutil.rmtree(cache, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        editable = ["--editable", ROOT] if with_us else []
        subprocess.run([python, "-m", "pip", "install", "-qq", *editable, "--requirement", pins], check=True)
        (folder / "made").touch()
    return python
