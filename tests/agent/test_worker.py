import logging
import threading
from collections import Counter

from graphsignal_mw.agent.governor import Governor
from graphsignal_mw.agent.worker import Worker


def test_defects_are_counted_said_once_a_kind_and_stop_nothing(caplog):
    stop, counted, failures = threading.Event(), Counter(), iter([KeyError, KeyError, ValueError, KeyError])

    def step():
        error = next(failures, None)
        if error is None:
            stop.set()
            return False
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
