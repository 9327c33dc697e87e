"""Processes that start, die, and will not end."""

import socket
import sys

import httpx2
import pytest

from graphsignal_mw.demo.errors import ProcessError
from graphsignal_mw.demo.processes import Service, free_port

ANSWERS = "import http.server, sys; http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]))"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {ANSWERS}"


@pytest.fixture
def service(tmp_path):
    """Make services of a Python script, which gets the port as its argument."""
    made = []

    def make(script, **environ):
        port = free_port()
        command = [sys.executable, "-c", script, str(port)]
        url = f"http://127.0.0.1:{port}"
        made.append(Service("thing", command, url=url, log=tmp_path / "log", environ=environ))
        return made[-1]

    yield make
    for each in made:
        each.kill()


def test_a_process_that_dies_is_an_error_with_the_end_of_its_log(service):
    dying = service("for i in range(100): print('line', i)\nraise SystemExit(3)")
    dying.start()
    with pytest.raises(ProcessError, match="thing: ended with exit code 3\n") as raised:
        dying.wait()
    assert str(raised.value).endswith("line 98\nline 99")
    assert "line 50\n" not in str(raised.value)


def test_a_process_that_was_never_started_is_not_running(service):
    with pytest.raises(ProcessError, match="thing: ended with exit code None"):
        service("").check()


def test_a_process_that_does_not_answer_is_an_error(service):
    silent = service("print('I say nothing', flush=True); import time; time.sleep(60)")
    silent.start()
    with pytest.raises(ProcessError, match=r"thing: no answer at http://127.0.0.1:\d+/ in 1 s"):
        silent.wait("/", seconds=1)


def test_a_process_answers_until_it_is_stopped(service):
    answering = service(ANSWERS)
    answering.start()
    answering.wait("/")
    answering.check()
    answering.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(answering.url, trust_env=False)
    answering.stop()  # once more does no harm


def test_a_process_that_will_not_end_is_ended(service):
    stubborn = service(STUBBORN)
    stubborn.start()
    stubborn.wait("/")
    stubborn.stop(seconds=0.2)
    with pytest.raises(ProcessError, match="exit code -9"):
        stubborn.check()


def test_a_killed_process_can_be_started_again_on_its_port(service):
    crashing = service(ANSWERS)
    for _ in range(2):
        crashing.start()
        crashing.wait("/")
        crashing.kill()


def test_the_environment_reaches_the_process(service):
    speaking = service("import os; print(os.environ['COLOUR']); raise SystemExit(1)", COLOUR="blue")
    speaking.start()
    with pytest.raises(ProcessError, match="blue"):
        speaking.wait()


def test_a_free_port_can_be_bound():
    with socket.create_server(("127.0.0.1", free_port())):
        pass
