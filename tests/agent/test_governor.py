import random

import pytest

from graphsignal_mw.agent.governor import HORIZON, LEAST, Governor

from .traffic import FIXED, LABELS, mapper, request


class Thread:
    """A background thread whose clocks are fake: it is given requests, each costs CPU time when it is looked into."""

    def __init__(self, share):
        self.now = self.cpu = 0.0
        self.governor = Governor(share, lambda: self.now, lambda: self.cpu)

    def work(self, cpu, wall=1.0):
        self.now += wall
        with self.governor.measured():
            self.cpu += cpu

    def serve(self, seconds, load, fixed=0.0):
        """Have a load (CPU seconds a second when everything is looked into) for some time; return what was spent."""
        began = self.cpu
        for _ in range(int(seconds)):
            self.work(fixed + load * self.governor.keep)
        return (self.cpu - began) / int(seconds)


def taken(governor, endpoint=FIXED, n=1000, **fields):
    """How many of ``n`` requests keep their bodies."""
    seen = [request(mapper(endpoint), **fields) for _ in range(n)]
    for each in seen:
        governor.admit(each)
    return sum(bool(each.request_body) and not each.is_sampled for each in seen)


@pytest.mark.parametrize("load", [0.0, 0.001, 0.02, 0.049])
def test_nothing_is_sampled_while_the_share_is_enough(load):
    thread = Thread(0.05)
    for _ in range(50):
        thread.serve(100, load)
        assert thread.governor.keep == 1.0


@pytest.mark.parametrize("load", [0.06, 0.2, 1.0])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_a_steady_load_settles_at_the_share(load, share):
    thread = Thread(share)
    thread.serve(10 * HORIZON, load)
    spent = thread.serve(10 * HORIZON, load)
    assert spent == pytest.approx(min(load, share), rel=0.01)
    assert thread.governor.keep == pytest.approx(min(1.0, share / load), rel=0.02)


def test_a_burst_of_a_minute_of_budget_is_not_sampled():
    thread = Thread(0.05)
    thread.work(0.05 * 59, wall=5)
    assert thread.governor.keep == 1.0
    thread.work(0.05 * 60, wall=1)
    assert thread.governor.keep < 0.2


def test_a_quiet_time_pays_the_debt_and_saves_no_more_than_the_horizon():
    thread = Thread(0.05)
    thread.work(1000, wall=10)
    assert thread.governor.keep == LEAST
    thread.work(0, wall=2 * HORIZON)
    assert thread.governor.keep == 1.0
    thread.work(0, wall=1e6)
    thread.work(0.05 * 130, wall=1)
    assert thread.governor.keep == LEAST


def test_something_is_looked_into_even_where_other_work_takes_the_whole_share():
    thread = Thread(0.001)
    thread.serve(1000, 0.1, fixed=0.002)
    assert thread.governor.keep == LEAST
    assert 0 < taken(thread.governor, n=10_000) < 300


def test_the_sample_is_fair_and_the_rest_is_marked():
    thread = Thread(0.05)
    thread.serve(10 * HORIZON, 0.2)
    assert taken(thread.governor, n=10_000) == pytest.approx(2500, rel=0.1)
    one = request(mapper())
    for _ in range(100):
        thread.governor.admit(one)
    assert (one.is_sampled, one.request_body, one.response_body) == (True, b"", b"")


def test_labels_are_never_sampled_and_failures_keep_no_bodies():
    thread = Thread(0.05)
    thread.work(1000, wall=1)
    assert taken(thread.governor, LABELS) == 1000
    assert taken(thread.governor, status=422) == 0
    refused = request(mapper(), status=422)
    thread.governor.admit(refused)
    assert not refused.is_sampled


def test_the_random_numbers_of_the_app_stay_its_own():
    thread = Thread(0.05)
    thread.work(5, wall=1)
    random.seed(7)
    expected = random.random()
    random.seed(7)
    taken(thread.governor, n=10)
    assert random.random() == expected


@pytest.mark.parametrize(("fullness", "kept"), [(0.0, 1000), (0.75, 1000), (0.875, 500), (1.0, 0), (1.1, 0)])
def test_bodies_are_given_up_before_the_queue_is_full(fullness, kept):
    governor, seen = Governor(0.05), [request(mapper()) for _ in range(1000)]
    for each in seen:
        governor.admit(each, fullness)
    assert sum(not each.is_sampled for each in seen) == pytest.approx(kept, abs=100 * (0 < kept < 1000))
