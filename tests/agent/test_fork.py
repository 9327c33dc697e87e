"""Each runs in a process of its own, as it forks."""

import subprocess
import sys

PRELUDE = """
import os, sys, threading
import graphsignal_mw as graphsignal
from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings

def in_child(work):
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:
        print("child failed:", repr(error), flush=True)
        os._exit(1)
    os._exit(0)

def end(*children):
    for child in children:
        assert os.waitpid(child, 0)[1] == 0

url, spool = sys.argv[1:]
settings = dict(url=url, spool_dir=spool, upload_seconds=3600, checkpoint_seconds=3600)
"""


def run(script, server, tmp_path, before=""):
    command = [sys.executable, "-c", before + PRELUDE + script, server.url, str(tmp_path / "spool")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_preloaded_parent_and_its_children_lose_nothing_and_send_nothing_twice(server, tmp_path):
    run(
        """
graphsignal.configure(**settings)
session = graphsignal.session("model")
for _ in range(10):
    session.log_prediction([1], 1)

def work():
    for _ in range(100):
        session.log_prediction([1], 1)
    graphsignal.session("another").log_prediction([1], 1)
    assert graphsignal.flush(30)
    assert graphsignal.shutdown(30)

end(*[in_child(work) for _ in range(4)])
for _ in range(5):
    session.log_prediction([1], 1)
assert graphsignal.shutdown(30)
""",
        server,
        tmp_path,
    )
    assert (server.total(), server.duplicates) == (10 + 4 * 101 + 5, 0)
    assert len({boot_id for boot_id, _ in server.envelopes}) == 5
    assert list((tmp_path / "spool").glob("*/*")) == []


def test_a_lock_that_another_thread_holds_at_the_fork_does_not_stop_the_child(server, tmp_path):
    """Threads log, flush and configure without a pause, while the process forks again and again."""
    run(
        """
agent = Agent(Settings(**settings, max_queue_records=2))
session = agent.session("model")
stop = threading.Event()

def busy():
    while not stop.is_set():
        session.log_prediction([1], 1)
        agent.shutdown(0)
        try:
            graphsignal.configure(**settings)
            graphsignal.shutdown(0)
        except ValueError:
            pass

threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads:
    thread.start()

def work():
    session.log_prediction([1], 1)
    graphsignal.shutdown(0)
    graphsignal.configure(**settings)
    graphsignal.session("model").log_prediction([1], 1)
    agent.stats()
    graphsignal.stats()

for _ in range(60):
    end(in_child(work))
stop.set()
for thread in threads:
    thread.join()
agent.shutdown(1)
""",
        server,
        tmp_path,
    )


def test_a_child_that_never_logs_does_not_keep_the_spool_of_a_parent_that_ended(server, tmp_path):
    run(
        """
waiting, ended = os.pipe()
told, born = os.pipe()

def parent():
    agent = Agent(Settings(**{**settings, "url": None}))
    agent.session("model").log_prediction([1], 1)
    agent.tick()
    in_child(lambda: os.write(born, b"x") and os.read(waiting, 1))  # outlives its parent, and never logs

end(in_child(parent))
os.read(told, 1)
agent = Agent(Settings(**settings))
agent.session("model").log_prediction([1], 1)
assert agent.flush(30)
os.write(ended, b"x")
agent.shutdown(5)
""",
        server,
        tmp_path,
    )
    assert server.total() == 2


def test_a_fork_that_runs_no_hook_of_ours_is_noticed_by_its_pid(server, tmp_path):
    """As under uWSGI."""
    run(
        """
graphsignal.configure(**settings)
session = graphsignal.session("model")
session.log_prediction([1], 1)

def work():
    session.log_prediction([1], 1)
    assert graphsignal.flush(30)
    assert graphsignal.stats()["predictions"] == 1

end(in_child(work))
assert graphsignal.shutdown(30)
""",
        server,
        tmp_path,
        before="import asyncio, os, logging, random, threading; del os.register_at_fork\n",
    )
    assert (server.total(), server.duplicates) == (2, 0)


def test_the_children_of_multiprocessing_upload_at_their_end(server, tmp_path):
    run(
        """
import multiprocessing

graphsignal.configure(**settings)

def work():
    graphsignal.session("model").log_prediction([1], 1)

children = [multiprocessing.get_context("fork").Process(target=work) for _ in range(3)]
for child in children:
    child.start()
for child in children:
    child.join()
    assert child.exitcode == 0
""",
        server,
        tmp_path,
    )
    assert server.total() == 3
