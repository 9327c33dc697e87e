"""The demo as people start it: a process of its own, with processes of its own."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from graphsignal_mw.demo.run import orderly_end

COMMAND = [sys.executable, "-m", "graphsignal_mw.cli", "demo"]


def processes_with(text):
    """Return the ids of all processes that have ``text`` in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if text.encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def environ(folder):
    """Return an environment in which temporary folders are made below ``folder``."""
    return {**os.environ, "TMPDIR": str(folder)}


def test_one_command_finds_the_incident_and_counts_everything_once(tmp_path):
    done = subprocess.run(
        [*COMMAND, "--once", "--json"], capture_output=True, text=True, timeout=170, env=environ(tmp_path), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["counted"] == found["sent"]
    assert found["requests"] > 2000
    assert found["records"] == found["sent"]["predictions"] + found["sent"]["ground_truths"] > 60_000
    assert (found["sent"]["exceptions"], found["sent"]["rejected"]) == (2, 5)
    assert found["collector_restarts"] == 1
    assert found["windows"] > 700
    assert found["bytes_uploaded"] > 500_000
    drift, validity = sorted(found["issues"], key=lambda issue: issue["family"])
    assert (drift["family"], validity["family"]) == ("data drift", "data validity")
    # At a few hours of the week the wind of the other airports is told as drift as well.
    assert {"distance"} <= set(drift["columns"]) <= {"distance", "wind_speed"}
    assert validity["columns"] == ["wind_speed"]
    assert "miles → kilometres?" in drift["explanation"] or drift["columns"] != ["distance"]
    assert "wind_speed is missing in" in validity["explanation"]
    assert list(tmp_path.iterdir()) == []
    assert processes_with(str(tmp_path)) == []


def test_a_collector_that_cannot_start_is_an_exit_code_and_its_own_words(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--once", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=120,
            env=environ(tmp_path),
            check=False,
        )
    assert done.returncode == 1
    assert "Error: collector: ended with exit code 1" in done.stderr
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


class Living:
    """The demo without ``--once``; ``said`` is everything it has printed so far."""

    def __init__(self, folder):
        self.log = folder / "said"
        (folder / "tmp").mkdir()
        self.folder = folder / "tmp"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "--no-browser"], stderr=log, stdout=log, env=environ(self.folder)
            )

    @property
    def said(self):
        return self.log.read_text()

    def until(self, condition, seconds=120):
        end = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.1)


@pytest.fixture(autouse=True)
def a_terminal():
    """Tests may run under nohup, whose children inherit that they ignore the end of their terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def living(tmp_path):
    started = Living(tmp_path)
    yield started
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()


@pytest.mark.parametrize(
    ("ending", "when"), [(signal.SIGINT, "Flights go on as they depart"), (signal.SIGHUP, "Dashboard: ")]
)
def test_it_lives_on_until_it_is_ended_and_leaves_nothing_behind(living, ending, when):
    living.until(lambda: when in living.said)
    dashboard = re.search(r"Dashboard: (http://127.0.0.1:\d+/deployments/flights_demo)", living.said)[1]
    assert httpx2.get(dashboard, trust_env=False).status_code in {200, 404}  # 404: nothing has come in yet
    assert len(processes_with(str(living.folder))) >= 4  # itself, the collector and its tasks, the app
    living.process.send_signal(ending)
    assert living.process.wait(30) == 0, living.said
    assert "Traceback" not in living.said
    assert list(living.folder.iterdir()) == []
    assert processes_with(str(living.folder)) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_processes_ends_it_as_ctrl_c_does(number):
    with pytest.raises(KeyboardInterrupt), orderly_end():
        signal.raise_signal(number)


def test_a_closed_terminal_is_ignored_where_the_user_asked_for_it():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with orderly_end():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
