"""Latencies of one uvicorn worker at a steady rate, with and without capture, the load generator on the other core."""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).parent
SERVE = "import sys, uvicorn, apps; uvicorn.run(apps.TAILS[sys.argv[1]](), port=int(sys.argv[2]), {})"
OPTIONS = "log_level='error', access_log=False, timeout_keep_alive=60"  # some connections are seldom needed


class Server:
    """One worker on the first of our cores."""

    def __init__(self, python, variant):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.python, self.port = python, free.getsockname()[1]
        command = [python, "-c", SERVE.format(OPTIONS), variant, str(self.port)]
        self.process = subprocess.Popen([*pinned(0), *command], cwd=HERE)

    def __enter__(self):
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                assert self.process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server did not start"
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def latencies(self, rate, seconds):
        """Return p50 and p99 of the latencies of all requests, in µs."""
        command = [*pinned(1), self.python, "load.py", str(self.port), str(rate), str(seconds)]
        said = subprocess.run(command, check=True, cwd=HERE, stdout=subprocess.PIPE).stdout
        found = sorted(1e6 * each for each in json.loads(said))
        return found[len(found) // 2], found[int(len(found) * 0.99)]


def pinned(which):
    """Return the command that keeps a process on one core, where there are two and the system can."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return ["taskset", "--cpu-list", str(cores[which])] if len(cores) > 1 else []
