"""The code blocks of the README, run as they stand: against a real collector, each in a real server."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from collector.service import Service

README = (Path(__file__).parents[1] / "README.md").read_text()
TRANSACTIONS = [{"amount": 10.0 * i, "country": "FR"} for i in range(20)]
MYSITE = {
    "mysite/__init__.py": "",
    "mysite/settings.py": "SECRET_KEY = 'x'\nROOT_URLCONF = 'mysite.urls'\nALLOWED_HOSTS = ['*']\nUSE_TZ = True\n",
    "mysite/urls.py": """
import json
from django.http import JsonResponse
from django.urls import path

def predict(request):
    score = min(1.0, json.loads(request.body)["transaction"]["amount"] / 1000)
    return JsonResponse({"is_fraud": score > 0.5, "score": score})

urlpatterns = [path("predict", predict)]
""",
}
WSGI_SERVER = """
import sys
from wsgiref.simple_server import make_server
from wsgi import application
make_server("127.0.0.1", int(sys.argv[1]), application).serve_forever()
"""


def block(heading, language="python"):
    """The code block below a heading."""
    section = README.split(f"\n### {heading}\n")[1] if heading else README
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    started = Service(tmp_path_factory.mktemp("collector") / "data")
    yield started
    started.stop()


@pytest.fixture
def run(tmp_path, collector):
    """Start a command in a folder with the README's files and return it; the collector is the one of the test."""
    (tmp_path / "monitoring.yaml").write_text(block(None, "yaml"))
    environ = {
        **os.environ,
        "GRAPHSIGNAL_MW_URL": collector.url,
        "GRAPHSIGNAL_MW_SPOOL_DIR": str(tmp_path / "spool"),
        "PYTHONPATH": str(tmp_path),
    }
    started = []

    def start(files, *arguments):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        process = subprocess.Popen([sys.executable, *arguments], cwd=tmp_path, env=environ)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def totals(collector, deployment):
    answer = collector.client.get(f"/api/v1/deployments/{deployment}")
    return answer.json() if answer.status_code == 200 else {}


SERVED = {
    "FastAPI, Starlette": ({"app.py": block("FastAPI, Starlette")}, ["-m", "uvicorn", "app:app", "--port"]),
    "Flask": ({"app.py": block("Flask")}, ["-m", "flask", "--app", "app", "run", "--port"]),
    "Django": ({"wsgi.py": block("Django"), "serve.py": WSGI_SERVER, **MYSITE}, ["serve.py"]),
}


@pytest.mark.parametrize("framework", SERVED)
def test_an_app_of_the_readme_is_watched(run, collector, framework):
    before = totals(collector, "fraud_prod").get("predictions", 0)
    files, command = SERVED[framework]
    port = free_port()
    process = run(files, *command, str(port))
    url = f"http://127.0.0.1:{port}/predict"
    with httpx2.Client(trust_env=False, timeout=10) as client:
        collector.until(lambda: process.poll() is not None or answers(client, url))
        answered = [client.post(url, json={"transaction": each}) for each in TRANSACTIONS]
    assert [answer.json()["is_fraud"] for answer in answered] == [False] * len(TRANSACTIONS)
    process.send_signal(signal.SIGINT)
    process.wait(20)
    collector.until(lambda: totals(collector, "fraud_prod").get("predictions", 0) == before + len(TRANSACTIONS))
    columns = collector.client.get("/api/v1/deployments/fraud_prod/columns").json()
    assert {("features", "amount"), ("features", "country"), ("predictions", "fraud"), ("predictions", "score")} <= {
        (column["stream"], column["name"]) for column in columns
    }


def answers(client, url):
    try:
        return client.get(url).status_code >= 400
    except httpx2.HTTPError:
        return False


def test_the_batch_job_of_the_readme_is_counted(run, collector):
    job = block("Batch jobs and streams").replace("http://127.0.0.1:8900", collector.url)
    assert run({"job.py": job}, "job.py").wait(30) == 0
    collector.until(lambda: totals(collector, "churn_nightly").get("ground_truths"))
    found = totals(collector, "churn_nightly")
    assert (found["predictions"], found["ground_truths"]) == (3, 1)


def test_the_yaml_of_the_readme_is_valid(run):
    assert run({}, "-m", "graphsignal_mw.cli", "check", "monitoring.yaml").wait(30) == 0


def test_what_the_readme_links_to_is_there():
    links = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert len(links) > 5
    missing = [link for link in links if not (Path(__file__).parents[1] / link).exists()]
    assert missing == []


def test_the_readme_opens_with_the_two_commands():
    assert re.findall(r"^    (scripts/\w+)", README, re.MULTILINE) == ["scripts/demo", "scripts/test"]
