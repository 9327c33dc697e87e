"""The processes of the demo: the collector and the app, started, restarted and ended by us."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2

from graphsignal_mw.demo.errors import ProcessError

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class Service:
    """One subprocess that answers on ``url``; its output goes to ``log``."""

    def __init__(self, name: str, command: Sequence[str], *, url: str, log: Path, environ: Mapping[str, str]) -> None:
        self.name, self.url = name, url
        self._command, self._log = list(command), log
        self._environ = {**os.environ, **environ}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; :meth:`wait` until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self._command,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=self._environ,
                process_group=0,  # Ctrl-C is ours to pass on: first the app, then the collector
            )

    def wait(self, path: str = "/healthz", seconds: float = START_SECONDS) -> None:
        """Return when ``path`` answers; raise :class:`ProcessError` when the process ends or ``seconds`` pass."""
        end = time.monotonic() + seconds
        while not self._answers(path):
            self.check()
            if time.monotonic() > end:
                raise ProcessError(f"{self.name}: no answer at {self.url}{path} in {seconds:.0f} s\n{self._tail()}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raise :class:`ProcessError` when the process is not running."""
        if self._process is None or self._process.poll() is not None:
            code = None if self._process is None else self._process.returncode
            raise ProcessError(f"{self.name}: ended with exit code {code}\n{self._tail()}")

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the process gracefully, or after ``seconds`` by force."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self, path: str) -> bool:
        try:
            return httpx2.get(self.url + path, timeout=2.0, trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join(lines[-15:])


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def collector_service(folder: Path, port: int) -> Service:
    """Return the collector that keeps its data below ``folder``."""
    command = [sys.executable, "-m", "graphsignal_mw.cli", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(folder / "collector"), "--detect-every", "2"]
    return Service(
        "collector", command, url=f"http://127.0.0.1:{port}", log=folder / "collector.log", environ=plain_environ()
    )


def app_service(folder: Path, port: int, environ: Mapping[str, str]) -> Service:
    """Return the app of the demo, monitored, behind uvicorn."""
    command = [sys.executable, "-m", "uvicorn", "graphsignal_mw.demo.app:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    return Service(
        "app",
        command,
        url=f"http://127.0.0.1:{port}",
        log=folder / "app.log",
        environ={**plain_environ(), **environ},
    )


def plain_environ() -> dict[str, str]:
    """Return what every process of the demo gets: one thread for the model, and unbuffered output."""
    return {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
