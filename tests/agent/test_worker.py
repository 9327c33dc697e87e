import logging
import threading
from collections import Counter

import pytest

from graphsignal_mw.agent.governor import Governor
from graphsignal_mw.agent.worker import FEW, IDLE, SLICE, SOON, YIELD, Worker


def test_defects_are_counted_said_once_a_kind_and_stop_nothing(caplog):
    stop, counted, failures = threading.Event(), Counter(), iter([KeyError, KeyError, ValueError, KeyError])

    def step():
        error = next(failures, None)
        if error is None:
            stop.set()
            return 0
        raise error("odd")

    Worker(step, lambda: None, Governor(0.05), lambda name: counted.update([name])).run(stop)
    assert counted == {"faults.KeyError": 3, "faults.ValueError": 1}
    said = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.exc_info[0] for record in said] == [KeyError, ValueError]


def test_what_is_done_is_charged_to_the_governor_and_what_fails_too():
    stop, cpu = threading.Event(), iter([0.0, 50.0])

    def step():
        stop.set()
        raise RuntimeError

    governor = Governor(0.05, lambda: 1.0, lambda: next(cpu))
    Worker(step, lambda: None, governor, lambda name: None).run(stop)
    assert governor.keep < 1.0


class Rests:
    """Stands for the event that ends the thread: keeps how long each rest was, and ends it after the last."""

    def __init__(self, n):
        self.n, self.seconds = n, []

    def is_set(self):
        return len(self.seconds) == self.n

    def wait(self, seconds):
        self.seconds.append(seconds)


def rests_of(taken):
    """How long the worker rests after steps that took so many items, or as many as came at a rate while it rested."""
    rests = Rests(len(taken) if isinstance(taken, list) else 20)

    def step():
        if isinstance(taken, list):
            return taken[len(rests.seconds)]
        return round(taken * rests.seconds[-1]) if rests.seconds else 0

    Worker(step, lambda: None, Governor(0.05), lambda name: None).run(rests)
    return rests.seconds


@pytest.mark.parametrize("rate", [500, 1000, 4000])
def test_it_looks_as_often_as_it_takes_to_find_few_items(rate):
    assert rests_of(rate)[-1] * rate == pytest.approx(FEW, rel=0.1)


def test_the_rest_has_bounds_and_is_long_again_where_nothing_came():
    assert rests_of(50)[-1] == IDLE
    assert rests_of(30_000)[-1] == SOON
    assert rests_of([200, 0, 0]) == [pytest.approx(IDLE * FEW / 200), IDLE, IDLE]


def test_a_backlog_is_worked_off_with_hardly_a_rest():
    assert rests_of([FEW, SLICE, SLICE, FEW]) == [IDLE, YIELD, YIELD, IDLE]
