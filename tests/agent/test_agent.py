import logging
import subprocess
import sys
import threading
import time

import pytest
from delivery.server import Answering

from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings

from .waiting import wait_for

FULL = """
import resource, signal, sys, logging
logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stdout)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings
agent = Agent(Settings(url=sys.argv[1], spool_dir=sys.argv[2], upload_seconds=3600, checkpoint_seconds=0.1))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
session = agent.session("model")
for number in range(3):
    session.log_prediction({"x": number}, number)
    agent.flush(0.1)
print("waiting", agent.stats()["waiting_uploads"], flush=True)
sys.stdin.readline()
print("flushed", agent.flush(30), flush=True)
agent.shutdown()
"""


def test_shutdown_is_bounded_by_one_deadline_and_what_was_not_sent_stays(make, mute, server):
    agent = make(mute.url, timeout=60)
    agent.session("model").log_prediction([1], 1)
    agent.flush(0.05)
    assert mute.connected.wait(20)
    agent.session("model").log_prediction([1], 1)
    began = time.monotonic()
    assert not agent.shutdown(0.5)
    assert time.monotonic() - began < 0.5 + 1
    mute.close_connections()
    following = make(server.url)
    following.session("model").log_prediction([1], 1)
    assert following.flush(30)
    assert server.total() == 3


def test_shutdown_under_load_counts_what_it_had_no_time_for(make, server):
    agent = make(max_queue_records=10_000)
    session = agent.session("model")
    for _ in range(3000):
        session.log_prediction([1], 1)
    agent.shutdown(0)
    following = make(server.url)
    following.session("model").log_prediction([1], 1)
    assert following.flush(30)
    assert server.total() + server.total("dropped.queue_full") == 3001


def test_a_record_after_shutdown_starts_anew(make, server):
    agent = make(server.url)
    for _ in range(2):
        agent.session("model").log_prediction([1], 1)
        assert agent.shutdown(30)
    assert server.total() == 2
    assert len({boot_id for boot_id, _ in server.envelopes}) == 2


def test_threads_end_with_shutdown(make, server):
    agent = make(server.url)
    agent.session("model").log_prediction([1], 1)
    assert {thread.name for thread in threading.enumerate()} >= {"graphsignal-mw", "graphsignal-mw-upload"}
    agent.shutdown(30)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("graphsignal-mw")]


def test_no_thread_and_no_folder_before_the_first_record(make, server, tmp_path):
    before = threading.active_count()
    agent = make(server.url)
    agent.session("model")
    assert agent.flush(5)
    agent.tick()
    assert threading.active_count() == before
    assert not (tmp_path / "spool").exists()


def test_the_background_threads_upload_by_themselves(make, server):
    make(server.url, upload_seconds=0.1).session("model").log_prediction([1], 1)
    wait_for(lambda: server.total() == 1)


def test_an_unreachable_collector_is_said_once_and_gets_everything_when_it_returns(make, caplog):
    gone = Answering()
    gone.close()
    port = int(gone.url.rpartition(":")[2])
    agent = make(gone.url)
    session = agent.session("model")
    for _ in range(3):
        session.log_prediction([1], 1)
        assert not agent.flush(0.1)
    assert [r.levelname for r in caplog.records if "uploads wait until the collector takes them" in r.message] == [
        "WARNING"
    ]
    returned = Answering(port)
    assert agent.flush(30)
    returned.close()
    assert (returned.total(), returned.duplicates) == (3, 0)


def test_where_data_goes_without_a_url_is_said_once(make, caplog, tmp_path):
    agent = make()
    for _ in range(3):
        agent.session("model").log_prediction([1], 1)
    agent.shutdown(5)
    agent.session("model").log_prediction([1], 1)
    said = [record.message for record in caplog.records if "url is not set" in record.message]
    assert len(said) == 1
    assert str(tmp_path / "spool") in said[0]


def test_a_process_with_a_url_uploads_what_one_without_has_kept(make, server):
    without = make()
    without.session("model").log_prediction([1], 1)
    without.shutdown(5)
    assert make(server.url, api_key="another").flush(5)
    assert server.total() == 0
    agent = make(server.url)
    agent.session("model").log_prediction([1], 1)
    assert agent.flush(30)
    assert server.total() == 2


def test_a_full_disk_is_said_once_and_data_waits_in_memory_for_the_collector(tmp_path):
    gone = Answering()
    gone.close()
    process = subprocess.Popen(
        [sys.executable, "-c", FULL, gone.url, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    said = list(iter(process.stdout.readline, "waiting 3\n"))
    returned = Answering(int(gone.url.rpartition(":")[2]))
    rest, _ = process.communicate("\n", 60)
    returned.close()
    assert [line for line in said if "spool_dir: cannot write" in line and "File too large" in line]
    assert "".join(said).count("spool_dir") == 1
    assert rest == "flushed True\n"
    assert returned.total() == 3


def test_a_read_only_spool_does_not_stop_the_uploads(make, server, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    agent = make(server.url, spool_dir=str(tmp_path / "file"))
    agent.session("model").log_prediction([1], 1)
    assert agent.flush(30)
    assert server.total() == 1
    assert len([r for r in caplog.records if "expected a writable folder" in r.message]) == 1


def test_what_neither_collector_nor_disk_took_is_said_to_be_lost(make, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    agent = make("http://127.0.0.1:9", spool_dir=str(tmp_path / "file"))
    agent.session("model").log_prediction([1], 1)
    assert not agent.shutdown(0.1)
    assert "are lost: not uploaded, and the spool refuses them" in caplog.text


def test_a_disabled_agent_does_nothing(tmp_path):
    before = threading.active_count()
    agent = Agent(Settings(disabled=True, spool_dir=str(tmp_path / "spool")))
    session = agent.session("model")
    session.log_prediction([1], 1)
    session.log_prediction_batch([[1]], [1])
    session.log_ground_truth_batch([True], [True])
    session.log_prediction(object())
    assert (agent.flush(), agent.shutdown(), agent.stats()) == (True, True, {})
    assert threading.active_count() == before
    assert not (tmp_path / "spool").exists()


def test_the_same_name_gives_the_same_session_and_another_kind_is_refused(make):
    agent = make()
    session = agent.session("model")
    assert agent.session("model", "binary") is session
    assert session.kind == "binary"
    with pytest.raises(ValueError, match="kind: 'numeric'; expected 'binary'"):
        agent.session("model", "numeric")
    with pytest.raises(ValueError, match="kind: 'other'; expected one of binary, categorical, numeric"):
        agent.session("another", "other")
    with pytest.raises(ValueError, match=r"deployment_name: '\.\.'; expected a name that can stand in an address"):
        agent.session("..")
    with pytest.raises(TypeError, match=r"deployment_name: \['a'\] is a list; expected str"):
        agent.session(["a"])


def test_a_defect_on_the_request_path_is_counted(make, caplog):
    agent = make()
    with caplog.at_level(logging.DEBUG, "graphsignal_mw"):
        agent.fault(KeyError("before the first record"))
        agent.session("model").log_prediction([1], 1)
        agent.fault(KeyError("x"))
    assert agent.stats()["dropped.internal_KeyError"] == 2
    assert "a defect on the request path" in caplog.text
