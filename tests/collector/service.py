"""A collector in a process of its own, and uploads for it."""

import os
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import CONTENT_TYPE, SCHEMA_VERSION, Envelope, encode, stats_to_part

HEADERS = {"Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip"}
PATH = "/api/v1/deltas"
TLS = Path(__file__).parent / "tls"


class Service:
    """``graphsignal-mw serve`` on a free port; ``said`` is what it printed before it answered."""

    def __init__(self, folder, *options):
        self.folder, self.options = folder, options
        self.said = []
        self.start()

    def start(self):
        command = [sys.executable, "-m", "graphsignal_mw.cli", "serve", "--port", "0", "--data-dir", str(self.folder)]
        self.log = (self.folder.parent / "serve.log").open("ab")
        environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [*command, *self.options], stdout=subprocess.PIPE, stderr=self.log, text=True, env=environ
        )
        self.said = [self.process.stdout.readline()]
        assert "://" in self.said[0], (self.folder.parent / "serve.log").read_text()
        self.url = next(word for word in self.said[0].split() if word.startswith("http"))
        trusted = ssl.create_default_context(cafile=TLS / "cert.pem")
        self.client = httpx2.Client(base_url=self.url, trust_env=False, timeout=30, verify=trusted)
        self.until(self.answers)

    def answers(self):
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx2.HTTPError:
            return False

    def send(self, envelope):
        return self.client.post(PATH, content=encode(envelope), headers=HEADERS)

    def until(self, true, seconds=30):
        """Wait until ``true()``, and return what it returned."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < end, (self.folder.parent / "serve.log").read_text()[-3000:]
            time.sleep(0.05)
        return found

    def kill(self):
        self.process.kill()
        self.close()

    def stop(self):
        self.process.terminate()
        return self.close()

    def close(self):
        self.client.close()
        code = self.process.wait(30)
        self.said += self.process.stdout.readlines()
        self.process.stdout.close()
        self.log.close()
        return code


def upload(seq=0, *, now=None, boot_id="boot-0001", deployment="model", version="v1", n=10):
    """An upload of one window that has just begun."""
    bucket = int(now or time.time()) // 300 * 300
    stats = WindowStats()
    stats.counters.update({"requests": n, "predictions": n, "unparsed.invalid_json": 1})
    stats.latency.update([0.1] * n)
    stats.features.update({"x": list(range(n)), "plan": ["a", "b"] * (n // 2)})
    stats.predictions.update({"y": [0.5] * n})
    stats.performance_of().update([True, False], [True, True])
    stats.segment("plan=a").counters["predictions"] = n // 2
    part = stats_to_part(deployment, version, bucket, stats)
    return Envelope(SCHEMA_VERSION, boot_id, seq, time.time(), 300, [part])
