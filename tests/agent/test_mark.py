"""Forks of the C library: Python's own hooks do not run at them, as under some servers."""

import ctypes
import os
import sys

import pytest

from graphsignal_mw.agent.mark import PidMark, mark


@pytest.fixture
def forked():
    """Return a function that asks in a child, forked without Python's knowledge, and returns its answer."""
    fork = ctypes.PyDLL(None).fork

    def ask(question):
        child = fork()
        if not child:
            os._exit(40 + bool(question()))
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) - 40

    return ask


@pytest.mark.parametrize("make", [mark, PidMark])
def test_only_the_process_that_made_it_has_it(make, forked):
    mine = make()
    assert mine[0]
    assert forked(lambda: mine[0]) == 0
    assert mine[0]


@pytest.mark.parametrize("make", [mark, PidMark])
def test_a_child_has_a_mark_of_its_own_which_its_children_lack(make, forked):
    def question():
        own = make()
        return own[0] and forked(lambda: own[0]) == 0

    assert forked(question) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can wipe a page")
def test_no_system_call_is_made_where_a_page_can_be_wiped():
    assert not isinstance(mark(), PidMark)
