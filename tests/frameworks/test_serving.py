"""Serving frameworks that are too large for our environment: the code of docs/frameworks.md, as it stands there."""

import contextlib
import os
import re
import socket
import subprocess
from pathlib import Path

import httpx2
import pytest
from collector.service import Service
from upstream.environment import Environment

DOCS = Path(__file__).parents[2] / "docs" / "frameworks.md"
CONFIG = """
endpoints:
  - path: /predict
    deployment: fraud
    features: $.transaction
    predictions: $.is_fraud
"""
STARTS = 120  # seconds

pytestmark = pytest.mark.full


def code_of(needs):
    """The code block of the docs that is marked so."""
    return re.search(rf"<!-- needs {needs} -->\n```python\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def running(folder, environment, command, service):
    """The command in a session of its own, in ``folder`` with the configuration; stopped with all its children."""
    (folder / "monitoring.yaml").write_text(CONFIG)
    variables = {"GRAPHSIGNAL_MW_URL": service.url, "GRAPHSIGNAL_MW_SPOOL_DIR": str(folder / "spool")}
    path = f"{environment.python.parent}{os.pathsep}{os.environ['PATH']}"
    quiet = {"BENTOML_DO_NOT_TRACK": "True", "RAY_USAGE_STATS_ENABLED": "0", "HOME": str(folder)}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **variables, **quiet, "PATH": path},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(10)


RAY = """
import signal
import threading

from ray import serve

serve.start(http_options={{"host": "127.0.0.1", "port": {port}}})
ended = threading.Event()
# Ray's own handler would end the process at once; it may answer before serve.run() has returned.
signal.signal(signal.SIGTERM, lambda *_: ended.set())
{code}
ended.wait()
serve.shutdown()
"""
FRAMEWORKS = {
    "BentoML": (
        "bentoml==1.4.40",
        lambda code, port: (code, ["bentoml", "serve", "app:Fraud", "--host", "127.0.0.1", "--port", str(port)]),
    ),
    "Ray": ("ray[serve]==2.60.0", lambda code, port: (RAY.format(code=code, port=port), ["python", "app.py"])),
}


@pytest.fixture
def service(tmp_path):
    started = Service(tmp_path / "data")
    yield started
    started.stop()


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_code_of_the_docs_is_monitored_in_the_real_server(name, tmp_path, service):
    needs, started_by = FRAMEWORKS[name]
    environment, port = Environment(f"serving-{name}", needs).make(), free_port()
    code, command = started_by(code_of(name), port)
    (tmp_path / "app.py").write_text(code)
    command[0] = environment.python.parent / command[0]
    with running(tmp_path, environment, command, service), httpx2.Client(trust_env=False, timeout=30) as client:

        def answered(amount):
            body = {"transaction": {"amount": amount, "country": "FR"}}
            with contextlib.suppress(httpx2.HTTPError):
                answer = client.post(f"http://127.0.0.1:{port}/predict", json=body)
                return answer.json() if answer.status_code == 200 else None

        service.until(lambda: answered(700) == {"is_fraud": True}, STARTS)
        answers = [answered(100.0 * n) for n in range(10)]
    assert answers == [{"is_fraud": n > 5} for n in range(10)]
    assert service.until(lambda: predictions(service), 30) >= 11


def predictions(service):
    """How many the collector knows of, once it has all of them."""
    answer = service.client.get("/api/v1/deployments/fraud")
    found = answer.json().get("predictions", 0) if answer.status_code == 200 else 0
    return found if found >= 11 else 0
