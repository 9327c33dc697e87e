import threading

import pytest

from graphsignal_mw.labels.guard import Guard


class Inside(threading.Thread):
    """A thread inside of ``guard`` until it is told to leave."""

    def __init__(self, guard):
        super().__init__()
        self.guard, self.entered, self.leave = guard, threading.Event(), threading.Event()
        self.start()
        assert self.entered.wait(10)

    def run(self):
        with self.guard.inside(10):
            self.entered.set()
            assert self.leave.wait(10)

    def end(self):
        self.leave.set()
        self.join()


def enters(guard):
    with guard.inside(0.01):
        return True


def test_a_fork_waits_for_who_is_inside_and_lets_both_go_on():
    guard = Guard()
    thread = Inside(guard)
    threading.Timer(0.05, thread.leave.set).start()
    guard.before_fork()
    with pytest.raises(TimeoutError):
        enters(guard)
    thread.end()
    guard.after_in_parent()
    assert enters(guard)


def test_a_child_of_a_fork_that_waited_may_enter():
    guard = Guard()
    guard.before_fork()
    guard.after_in_child()
    assert enters(guard)


def test_a_child_that_was_forked_while_a_thread_was_inside_is_refused_and_never_waits():
    guard = Guard()
    thread = Inside(guard)
    guard.after_in_child()  # the hook before the fork did not run
    with pytest.raises(RuntimeError, match="forked while the table was in use"):
        enters(guard)
    thread.end()


def test_without_any_hook_waiting_is_bounded():
    guard = Guard()
    thread = Inside(guard)
    with pytest.raises(TimeoutError, match="in use by another thread"):
        enters(guard)
    thread.end()
    assert enters(guard)
