"""The end of a process, of any kind."""

import signal
import subprocess
import sys
import time

import pytest

from .waiting import wait_for

LOGGING = """
import sys
import graphsignal_mw as graphsignal
graphsignal.configure(url=sys.argv[1], spool_dir=sys.argv[2], upload_seconds=3600, checkpoint_seconds=0.1)
session = graphsignal.session("model")
for number in range(1000):
    session.log_prediction({"x": number}, number % 2 == 0, segments=["country=FR"])
"""
CONFIGURED_TWICE = """
import sys
from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings
for number in range(3):
    agent = Agent(Settings(url=sys.argv[1], spool_dir=sys.argv[2], max_body_bytes=number, timeout=60))
    agent.session("model").log_prediction([1], 1)
"""
KILLED = (
    LOGGING
    + """
print("logged", flush=True)
while True:
    line = sys.stdin.readline()
    session.log_prediction({"x": 1}, True)
    print("more", flush=True)
"""
)


def start(script, url, tmp_path, **options):
    return subprocess.Popen(
        [sys.executable, "-c", script, url, str(tmp_path / "spool")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def test_what_was_logged_reaches_a_real_collector_at_exit(service, tmp_path):
    process = start(LOGGING, service.url, tmp_path)
    process.communicate(timeout=60)
    assert process.returncode == 0

    def totals():
        answer = service.client.get("/api/v1/deployments/model")
        return answer.status_code == 200 and answer.json()["predictions"]

    assert service.until(totals) == 1000
    columns = {c["name"]: c for c in service.client.get("/api/v1/deployments/model/columns").json()}
    assert (columns["x"]["count"], columns["x"]["min"], columns["x"]["max"]) == (1000, 0, 999)


def test_exit_is_bounded_though_the_collector_never_answers_and_everything_stays(mute, server, tmp_path):
    process = start(CONFIGURED_TWICE, mute.url, tmp_path)
    assert mute.connected.wait(30)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - began < 5 + 1 + 1  # one deadline for three agents, and the interpreter's own end
    assert process.returncode == 0
    start(LOGGING, server.url, tmp_path).communicate(timeout=60)
    assert server.total() == 1003


@pytest.mark.parametrize("answered", [True, False])
def test_kill_9_costs_at_most_an_interval_and_nothing_counts_twice(server, tmp_path, answered):
    process = start(KILLED, server.url if answered else "http://127.0.0.1:9", tmp_path)
    assert process.stdout.readline() == "logged\n"
    checkpoint = wait_for(lambda: list((tmp_path / "spool").rglob("*.open")))[0]
    first = checkpoint.stat().st_mtime_ns
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "more\n"
    wait_for(lambda: checkpoint.stat().st_mtime_ns != first)
    assert server.total() == 0  # a checkpoint is not sent while its owner lives
    assert start(LOGGING, server.url, tmp_path).communicate(timeout=60) == ("", None)
    assert server.total() == 1000
    process.send_signal(signal.SIGKILL)
    process.communicate()
    start(LOGGING, server.url, tmp_path).communicate(timeout=60)
    assert server.total() == 1000 + 1001 + 1000
    assert server.duplicates == 0
    assert not list((tmp_path / "spool").glob("*/*"))
