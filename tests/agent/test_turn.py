import os
import threading

from graphsignal_mw.agent.turn import ProcessLock, Turn


def test_one_thread_at_a_time_has_the_turn():
    turn = Turn()
    got = []
    with turn.within(1) as mine:
        assert (mine, turn.is_mine) == (True, True)

        def other():
            with turn.within(0.01) as theirs:
                got.append((theirs, turn.is_mine))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert got == [(False, False)]
    assert not turn.is_mine


def test_who_has_the_turn_gets_no_second_one_and_keeps_the_first():
    turn = Turn()
    with turn.within(1):
        with turn.within(1) as again:
            assert not again
        assert turn.is_mine


def test_a_forked_child_makes_its_own_lock():
    lock = ProcessLock()
    held, release = threading.Event(), threading.Event()

    def hold():
        with lock():
            held.set()
            release.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if not child:
        os._exit(0 if lock().acquire(timeout=1) else 1)
    _, status = os.waitpid(child, 0)
    release.set()
    thread.join()
    assert status == 0
    assert lock() is lock()
