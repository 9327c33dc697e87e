"""Virtual environments in a folder of the user's cache, for what is too large for ours, and other projects' tests."""

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
    """A folder with a virtual environment: this package as it is here, and what ``needs`` names.

    Made when it is not there, and anew when the needs or our dependencies have changed.
    """

    def __init__(self, name, needs):
        self.name, self.needs = name, needs
        ours = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
        told = f"{needs}{ours}{sys.version}{ROOT}"
        self.folder = CACHE / f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
        self.python = self.folder / "environment" / "bin" / "python"

    def make(self):
        """Make it; a folder without the last file is one that was given up."""
        if not (self.folder / "made").exists():
            for older in CACHE.glob(f"{self.name}-*"):
                shutil.rmtree(older)
            self.folder.mkdir(parents=True)
            run(sys.executable, "-m", "venv", self.python.parents[1])
            run(self.python, "-m", "pip", "install", "--quiet", "--upgrade", "pip")
            self._fill()
            (self.folder / "made").touch()
        return self

    def _fill(self):
        self._pip(self.folder, "install", "--editable", ROOT, *self.needs.split())

    def _pip(self, folder, *words):
        run(self.python, "-m", "pip", "--quiet", *words, cwd=folder)


class SuiteEnvironment(Environment):
    """Where the tests of a suite run, with its ``source``."""

    def __init__(self, suite):
        super().__init__(suite.name, f"{suite.requirement} {suite.needs}")
        self.suite, self.source = suite, self.folder / "source"

    def _fill(self):
        self._unpack()
        self._pip(self.source, "install", "--editable", ROOT, "pytest", "pytest-timeout", *self.suite.needs.split())

    def _unpack(self):
        name = self.suite.name
        options = ("--no-deps", "--no-binary", name, "--dest", self.folder)
        self._pip(self.folder, "download", *options, self.suite.requirement)
        [sdist] = self.folder.glob("*.tar.gz")
        with tarfile.open(sdist) as archive:
            # Python 3.11.2, Debian's, has no filters yet.
            archive.extractall(
                self.folder / "unpacked", **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
            )
        [unpacked] = (self.folder / "unpacked").iterdir()
        unpacked.rename(self.source)


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
