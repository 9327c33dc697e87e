import pytest

from graphsignal_mw.window import Pause
from graphsignal_mw.window.pause import LONGEST, LONGEST_OF_MANY, REST


class Clock:
    """A clock that only sleeping and :meth:`work` move."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def __call__(self):
        return self.now

    def work(self, seconds):
        self.now += seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pause(clock):
    return Pause(clock, clock.sleep)


def test_short_steps_are_done_in_one_piece_that_none_like_them_would_fit_into(clock, pause):
    for _ in range(30):
        clock.work(0.3 * LONGEST)
        pause()
    assert clock.slept == [REST] * 10


def test_after_a_long_step_no_other_is_begun(clock, pause):
    for _ in range(3):
        clock.work(0.6 * LONGEST)
        pause()
    assert clock.slept == [REST] * 3


def test_a_piece_begins_when_work_does(clock, pause):
    clock.work(5.0)
    pause.begin()
    clock.work(0.4 * LONGEST)
    pause()
    assert clock.slept == []
    clock.work(0.4 * LONGEST)
    pause()
    assert clock.slept == [REST]


def test_pieces_are_longer_in_a_backlog_and_short_again_after_it(clock, pause):
    pause.expect(many=True)
    for _ in range(30):
        clock.work(0.3 * LONGEST_OF_MANY)
        pause()
    assert clock.slept == [REST] * 10
    clock.work(0.6 * LONGEST)
    pause()
    assert clock.slept == [REST] * 10
    pause.expect(many=False)
    pause.begin()
    clock.work(0.6 * LONGEST)
    pause()
    assert clock.slept == [REST] * 11


def test_there_are_no_pauses_at_the_end(clock, pause):
    pause.end()
    clock.work(5.0)
    pause()
    assert clock.slept == []
