"""Where another project's tests run: its sdist and a virtual environment, in a folder of the user's cache."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graphsignal-mw" / "upstream"


class Environment:
    """The folder of one suite; made when it is not there, anew when the suite or our dependencies have changed."""

    def __init__(self, suite):
        self.suite = suite
        ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        told = f"{suite.requirement}{suite.needs}{ours}{sys.version}{ROOT}"
        self.folder = CACHE / f"{suite.name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        self.python = self.folder / "environment" / "bin" / "python"
        self.source = self.folder / "source"

    def make(self):
        """Make it; a folder without the last file is one that was given up."""
        if not (self.folder / "made").exists():
            for older in CACHE.glob(f"{self.suite.name}-*"):
                shutil.rmtree(older)
            self.folder.mkdir(parents=True)
            run(sys.executable, "-m", "venv", self.python.parents[1])
            run(self.python, "-m", "pip", "install", "--quiet", "--upgrade", "pip")
            self._unpack()
            needs = self.suite.needs.split()
            self._pip("install", "--editable", ROOT, "pytest", "pytest-timeout", *needs)
            (self.folder / "made").touch()
        return self

    def _unpack(self):
        name = self.suite.name
        self._pip(
            "download", "--no-deps", "--no-binary", name, "--dest", self.folder, self.suite.requirement, here=True
        )
        [sdist] = self.folder.glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            # Python 3.11.2, Debian's, has no filters yet.
            archive.extractall(
                self.folder / "unpacked", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
            )
        [unpacked] = (self.folder / "unpacked").iterdir()
        unpacked.rename(self.source)

    def _pip(self, *words, here=False):
        run(self.python, "-m", "pip", "--quiet", *words, cwd=self.folder if here else self.source)


def run(*words, **options):
    """Run a command that has to end well; what it says is told when it does not."""
    ended = subprocess.run(
        [str(word) for word in words],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))} exited {ended.returncode}:\n{ended.stdout}")
