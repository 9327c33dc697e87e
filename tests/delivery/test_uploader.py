import logging
import threading
import time

import pytest

from graphsignal_mw.delivery import Deadline, HttpSink, Outbox, Spool, Uploader, to_bodies
from graphsignal_mw.delivery.uploader import PACE
from graphsignal_mw.wire import Part


def delta(seq):
    return to_bodies([Part("model", int(time.time()) // 300 * 300)], boot_id="boot-0001", seq=seq, window_seconds=300)


def wait_for(true, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def make(tmp_path):
    made = []

    def uploader(url, deltas=3):
        outbox = Outbox(Spool(tmp_path, "boot-0001"))
        outbox.open()
        made.append(Uploader(outbox, HttpSink(url, timeout=30)))
        for seq in range(deltas):
            outbox.add(delta(seq))
        return made[-1]

    yield uploader
    for each in made:
        each.close()
        each.outbox.spool.close()


def test_everything_that_waits_is_sent_in_order(make, server):
    uploader = make(server.url)
    assert uploader.drain() == 0
    assert [seq for _, seq in server.envelopes] == [0, 1, 2]
    assert uploader.counters["uploads"] == 3
    assert uploader.counters["bytes_uploaded"] > 100


def test_a_refused_upload_is_dropped_counted_and_said_once(make, server, caplog):
    server.answers += [(422, {}), (422, {}), (413, {})]
    uploader = make(server.url, deltas=4)
    assert uploader.drain() == 0
    assert uploader.counters["refused"] == 3
    assert [seq for _, seq in server.envelopes] == [3]
    assert [record.message.count("HTTP 422") for record in caplog.records] == [1, 0]


def test_delays_are_jittered_and_grow(make, server):
    uploader = make(server.url)
    server.answers += [(500, {})] * 200
    delays = [uploader.drain() for _ in range(200)]
    for attempt, delay in enumerate(delays[:8]):
        assert 0 < delay <= 2**attempt
    late = delays[20:]
    assert max(late) <= 300
    assert (min(late) < 60, max(late) > 240) == (True, True)  # full jitter: anywhere between


@pytest.mark.parametrize(("value", "least"), [("40", 40), ("9999", 300)])
def test_retry_after_is_obeyed_within_reason(make, server, value, least):
    server.answers.append((429, {"Retry-After": value}))
    assert make(server.url).drain() == pytest.approx(least, abs=1)


def test_an_outage_is_said_once_until_it_is_over(make, server, caplog):
    uploader = make(server.url)
    server.answers += [(503, {})] * 3
    for _ in range(4):
        uploader.drain()
    assert len(caplog.records) == 1
    assert "uploads wait until the collector takes them" in caplog.text
    uploader.outbox.add(delta(9))
    server.answers.append((503, {}))
    uploader.drain()
    assert len(caplog.records) == 2
    assert len(server.envelopes) == 3


def test_one_delta_asks_for_all_while_the_collector_is_away(make, server):
    uploader = make(server.url, deltas=30)
    server.answers += [(503, {})] * 4
    for attempt in range(1, 5):
        uploader.drain(paced=True)
        assert (len(server.paths), len(server.envelopes)) == (attempt, 0)


@pytest.mark.parametrize(("deltas", "outage"), [(4, True), (14, False)], ids=["after an outage", "adopted"])
def test_a_backlog_follows_at_a_pace(make, server, deltas, outage):
    uploader = make(server.url, deltas=deltas)
    if outage:
        server.answers.append((503, {}))
        uploader.drain(paced=True)
    for sent in range(1, deltas):
        assert 0 <= uploader.drain(paced=True) <= 2 * PACE
        assert len(server.envelopes) == sent
    assert uploader.drain(paced=True) == 0
    assert len(server.envelopes) == deltas
    for seq in range(deltas, deltas + 3):
        uploader.outbox.add(delta(seq))
    assert uploader.drain(paced=True) == 0  # it is over: what comes now goes at once
    assert len(server.envelopes) == deltas + 3


def test_a_flush_knows_no_pace(make, server):
    server.answers.append((503, {}))
    uploader = make(server.url, deltas=30)
    assert uploader.flush(Deadline(60))
    assert len(server.envelopes) == 30


def test_a_flush_tries_again_until_the_deadline(make, server):
    server.answers += [(503, {})]
    assert make(server.url).flush(Deadline(60))
    assert len(server.envelopes) == 3


def test_a_flush_gives_up_when_the_next_attempt_would_be_too_late(make, server):
    server.answers += [(503, {"Retry-After": "100"})]
    began = time.monotonic()
    assert not make(server.url).flush(Deadline(5))
    assert time.monotonic() - began < 5


def test_a_flush_does_not_wait_for_a_thread_that_waits_for_an_answer(make, mute):
    uploader = make(mute.url)
    sender = threading.Thread(target=uploader.drain)
    sender.start()
    assert mute.connected.wait(20)
    began = time.monotonic()
    assert not uploader.flush(Deadline(0.3))
    assert time.monotonic() - began < 15  # not the 30 of the sink
    mute.close_connections()
    sender.join(20)
    assert not sender.is_alive()


def test_the_thread_sends_what_comes_and_ends_when_told(make, server):
    uploader = make(server.url, deltas=1)
    stop, wake = threading.Event(), threading.Event()
    thread = threading.Thread(target=uploader.run, args=(stop, wake))
    thread.start()
    wait_for(lambda: len(server.envelopes) == 1)
    uploader.outbox.add(delta(1))
    wake.set()
    wait_for(lambda: len(server.envelopes) == 2)
    stop.set()
    wake.set()
    thread.join(20)
    assert not thread.is_alive()


def test_after_close_nothing_is_sent_any_more(make, server):
    uploader = make(server.url)
    uploader.close()
    assert not uploader.flush(Deadline(5))
    assert (server.envelopes, len(uploader.outbox)) == ({}, 3)


def test_a_defect_of_the_sink_is_logged_and_does_not_end_the_thread(make, server, caplog, tmp_path):
    class Broken:
        def send(self, data, timeout=None):
            raise ZeroDivisionError

        def close(self):
            pass

    outbox = Outbox(Spool(tmp_path, "boot-0002"))
    outbox.open()
    outbox.add(delta(0))
    stop = threading.Event()
    thread = threading.Thread(target=Uploader(outbox, Broken()).run, args=(stop, threading.Event()))
    with caplog.at_level(logging.ERROR, "graphsignal_mw"):
        thread.start()
        wait_for(lambda: "a defect of the upload thread" in caplog.text)
    assert thread.is_alive()
    stop.set()
    thread.join(20)
    outbox.spool.close()
