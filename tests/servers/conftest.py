"""Apps in real servers, in front of a real collector."""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from collector.service import Service

MONITORING = """
upload_seconds: 3600
checkpoint_seconds: 0.2
endpoints:
  - path: /predict
    deployment: ${DEPLOYMENT}
    features: $.features
    predictions: {y: $.y}
"""
ASGI = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
import graphsignal_mw as graphsignal

async def predict(request):
    body = await request.json()
    with open("handled", "a") as file:
        file.write("1")
    return JSONResponse({"y": body["features"]["x"] * 2})

app = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
app.add_middleware(graphsignal.ASGIMiddleware, config="monitoring.yaml")
"""
WSGI = """
import json
import graphsignal_mw as graphsignal

def predict(environ, start_response):
    body = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or "{}")
    if "features" not in body:
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    with open("handled", "a") as file:
        file.write("1")
    answer = json.dumps({"y": body["features"]["x"] * 2}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]

app = graphsignal.WSGIMiddleware(predict, config="monitoring.yaml")
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    started = Service(tmp_path_factory.mktemp("collector") / "data")
    yield started
    started.stop()


class Served:
    """One app in one server: started, asked, ended; ``deployment`` is its own."""

    def __init__(self, folder, collector, deployment, command):
        self.folder, self.collector, self.deployment, self.command = folder, collector, deployment, command
        (folder / "monitoring.yaml").write_text(MONITORING)
        (folder / "asgi_app.py").write_text(ASGI)
        (folder / "wsgi_app.py").write_text(WSGI)
        self.process = None

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environ = {
            **os.environ,
            "DEPLOYMENT": self.deployment,
            "GRAPHSIGNAL_MW_URL": self.collector.url,
            "GRAPHSIGNAL_MW_SPOOL_DIR": str(self.folder / "spool"),
            "PYTHONPATH": str(self.folder),
            "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"],
        }
        command = [word.replace("PORT", str(port)) for word in self.command]
        self.log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=environ, stdout=self.log, stderr=subprocess.STDOUT, process_group=0
        )
        self.client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        self.collector.until(self.answers)

    def answers(self):
        assert self.process.poll() is None, self.said()
        try:
            return self.client.get("/").status_code == 404
        except httpx2.HTTPError:
            return False

    def predict(self, requests, threads=4):
        """Send predictions, several at once. uWSGI without a proxy resets some connections, with us and without us."""
        with ThreadPoolExecutor(threads) as pool:
            answered = [answer for answer in pool.map(self.ask, range(requests)) if answer is not None]
        assert len(answered) > requests / 2, self.said()

    def ask(self, x):
        try:
            answer = self.client.post("/predict", json={"features": {"x": x}}, headers={"Connection": "close"})
        except httpx2.HTTPError:
            return None
        assert answer.json() == {"y": 2 * x}, self.said()
        return answer

    def handled(self):
        """How many predictions the app has made, as it says itself."""
        return (self.folder / "handled").stat().st_size

    def end(self, how=signal.SIGTERM):
        self.client.close()
        self.process.send_signal(how)
        self.process.wait(30)
        self.log.close()

    def counted(self):
        answer = self.collector.client.get(f"/api/v1/deployments/{self.deployment}")
        return answer.json() if answer.status_code == 200 else {}

    def said(self):
        return (self.folder / "server.log").read_text()[-4000:]


@pytest.fixture
def serve(tmp_path, collector, request):
    """Start an app with a server's command; PORT in it is replaced."""
    started = []

    def start(*command):
        served = Served(tmp_path, collector, f"served_{abs(hash(request.node.name))}", command)
        started.append(served)
        served.start()
        return served

    yield start
    for served in started:
        if served.process is not None and served.process.poll() is None:
            os.killpg(served.process.pid, signal.SIGKILL)  # a group that the test made
            served.process.wait()
            served.client.close()
            served.log.close()
