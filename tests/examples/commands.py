"""The examples as processes: started by the lines of their README, in their folder."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from graphsignal_mw.demo.processes import free_port

FOLDER = Path(__file__).parents[2] / "examples" / "flights"
PROGRAMS = Path(sys.executable).parent


def command_of(beginning):
    """The words of the one line in the README's shell blocks that begins so."""
    blocks = re.findall(r"```sh\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    [line] = [line.strip() for block in blocks for line in block.splitlines() if line.strip().startswith(beginning)]
    program, *words = shlex.split(line)
    return [sys.executable if program == "python" else str(PROGRAMS / program), *words]


def run(command, environ):
    """What a script prints, once it has ended well."""
    ended = subprocess.run(
        command, check=False, cwd=FOLDER, env={**os.environ, **environ}, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


class App:
    """One of the two apps, on a free port."""

    def __init__(self, beginning, environ, log):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [str(self.port) if word == "8000" else word for word in command_of(beginning)]
        self.environ, self.log = {**os.environ, **environ}, log
        self.start()

    def start(self):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child may inherit that it is ignored
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=FOLDER, env=self.environ, stdout=log, stderr=log)
        signal.signal(signal.SIGINT, before)

    def wait(self):
        """Return when it answers, whatever it answers."""
        end = time.monotonic() + 60
        while not self.answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def answers(self):
        try:
            return httpx2.get(self.url, trust_env=False).status_code == 404
        except httpx2.HTTPError:
            return False

    def stop(self, number):
        """End it by a signal, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)
