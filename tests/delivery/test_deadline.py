import math

from graphsignal_mw.delivery import Deadline


def test_what_is_left_shrinks_to_nothing_and_no_further():
    now = [100.0]
    deadline = Deadline(5, clock=lambda: now[0])
    assert (deadline.left, deadline.passed) == (5, False)
    now[0] = 104
    assert (deadline.left, deadline.passed) == (1, False)
    now[0] = 106
    assert (deadline.left, deadline.passed) == (0, True)


def test_without_seconds_it_never_passes():
    deadline = Deadline()
    assert (deadline.left, deadline.passed) == (math.inf, False)
