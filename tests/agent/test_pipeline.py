import logging
import threading

import pytest

from graphsignal_mw.agent.items import Counted
from graphsignal_mw.agent.worker import SLICE
from graphsignal_mw.window import Pause

from .waiting import wait_for


def test_a_logger_in_a_tight_loop_works_itself_and_loses_nothing(make, server):
    agent = make(server.url, max_queue_records=100)
    session = agent.session("model")
    for number in range(200_000):
        session.log_prediction({"x": number}, number)
    assert agent.flush(30)
    assert server.total() == 200_000
    assert server.total("dropped.queue_full") == 0


def test_many_threads_that_log_lose_nothing(make, server):
    agent = make(server.url, max_queue_records=50)
    session = agent.session("model")
    threads = [threading.Thread(target=lambda: [session.log_prediction([1], 2) for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert agent.flush(30)
    assert server.total() == 8000


def test_the_middleware_drops_what_does_not_fit_and_counts_it(make, server):
    agent = make(server.url, max_queue_records=10)
    for _ in range(5000):
        agent.pipeline.submit(Counted("model", "requests"))
    assert agent.flush(30)
    dropped = server.total("dropped.queue_full")
    assert dropped > 0
    assert server.total("requests") + dropped == 5000
    assert agent.stats()["dropped.queue_full"] == dropped


class Told(Pause):
    """Keeps what it is told to expect."""

    def __init__(self):
        super().__init__()
        self.told = []

    def expect(self, *, many):
        self.told.append(many)
        super().expect(many=many)


def test_pauses_are_told_whether_there_is_a_backlog(make):
    pipeline = make().pipeline
    pipeline.windows.pause = pause = Told()
    for _ in range(2 * SLICE + 1):
        assert pipeline.queue.put(Counted("model", "requests"))
    while pipeline.step():
        pass
    assert pause.told == [True, True, False, False]


def test_what_is_logged_inside_our_own_work_does_not_deadlock(make, server):
    """As a garbage collection may do at any place, by a __del__; here at a place of choice, by a __len__."""
    agent = make(server.url, max_queue_records=1)
    session = agent.session("model")

    class Logging(list):
        def __len__(self):
            for _ in range(3):
                session.log_prediction([1], 1)
            session.log_prediction_batch([[1]], [1])
            agent.flush(1)
            return 1

    def work():
        for _ in range(20):
            session.log_prediction({"odd": Logging()}, 1)
        assert agent.flush(30)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    counts = server.total() + server.total("dropped.queue_full") + agent.stats()["dropped.reentrant"]
    assert (server.total() >= 20, agent.stats()["dropped.reentrant"] > 0, counts > 60) == (True, True, True)


def test_ticks_do_the_work_where_no_thread_can_start(make, server):
    agent = make(server.url)
    agent.session("model").log_prediction([1], 1)
    agent.tick()
    assert agent.stats()["open_windows"] == 1
    assert agent.stats()["queued"] == 0


def test_records_of_many_windows_are_cut_early(make, server):
    agent = make(server.url, window_seconds=60)
    session = agent.session("model")
    now = 1_700_000_000
    for minute in range(300):
        session.log_prediction([1], 1, actual_timestamp=now + 60 * minute)
    session.log_prediction_batch([[1]] * 300, timestamps=[now + 60 * minute for minute in range(300)])
    wait_for(lambda: agent.stats()["queued"] == 0)
    assert agent.stats()["open_windows"] < 64
    assert agent.flush(30)
    assert server.total() == 600


def test_odd_items_cost_only_themselves(make, server):
    agent = make(server.url)
    agent.pipeline.submit(object())
    agent.session("model").log_prediction([1], 1)
    assert agent.flush(30)
    assert server.total() == 1
    assert agent.stats()["dropped.internal_AttributeError"] == 1


@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING])
def test_debug_mode_says_what_is_done(make, server, caplog, level):
    agent = make(server.url, debug_mode=level == logging.DEBUG)
    try:
        agent.session("model").log_prediction([1], 1)
        agent.flush(30)
    finally:
        logging.getLogger("graphsignal_mw").setLevel(logging.NOTSET)
    assert ("cut 1 parts, 1 uploads" in caplog.text) == (level == logging.DEBUG)
