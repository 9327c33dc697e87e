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


def python_of_peers():
    """Return the Python of that environment; make it when it is not there."""
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    told = f"{PINS.read_text()}{ours}{sys.version}{ROOT}"
    folder = CACHE / hashlib.sha256(told.encode()).hexdigest()[:12]
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        print(f"Installing the peers of {PINS.name} ...", file=sys.stderr, flush=True)
        shutil.rmtree(CACHE, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "-qq", "--editable", ROOT, "--requirement", PINS]
        subprocess.run(install, check=True)
        (folder / "made").touch()
    return python
