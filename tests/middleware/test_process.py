"""What the middleware does to the process that it runs in: nothing that is seen."""

import gc
import signal
import subprocess
import sys
import threading

import pytest

import graphsignal_mw

from .harness import ANSWER, Connection, Gateway, answering, environ, returning

ENDPOINTS = [{"path": "/predict", "deployment": "model", "features": "$.x", "predictions": "$.y"}]
KINDS = [graphsignal_mw.ASGIMiddleware, graphsignal_mw.WSGIMiddleware]


@pytest.fixture
def settings(tmp_path):
    yield {"config": {"endpoints": ENDPOINTS}, "spool_dir": str(tmp_path)}
    graphsignal_mw.shutdown()


def predict(kind, settings):
    """One request to a monitored app of this kind."""
    if kind is graphsignal_mw.ASGIMiddleware:
        assert Connection().run(kind(answering, **settings)).body == ANSWER
    else:
        assert Gateway().run(kind(returning([ANSWER]), **settings)) == ANSWER


def counted(name):
    graphsignal_mw.tick()
    return graphsignal_mw.stats().get(name, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_ten_instances_start_no_thread_and_register_nothing(settings, kind):
    """Trap 13: servers build middleware several times."""
    before = threading.active_count()
    given = sys.getrefcount(answering)
    for _ in range(10):
        kind(answering, **settings)
    gc.collect()
    assert threading.active_count() == before
    assert sys.getrefcount(answering) == given
    assert graphsignal_mw.stats() == {}


@pytest.mark.parametrize("kind", KINDS)
def test_no_signal_handler_is_ours(settings, kind):
    """Trap 45: neither at construction nor at the first record."""
    known = list(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
    before = [signal.getsignal(number) for number in known]
    predict(kind, settings)
    graphsignal_mw.flush()
    assert [signal.getsignal(number) for number in known] == before
    assert counted("predictions") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_where_no_thread_can_start_flush_does_the_work(settings, kind, monkeypatch):
    """Traps 46 and 47: subinterpreters, limits, and the shutdown of newer Pythons."""

    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    predict(kind, settings)
    graphsignal_mw.flush()
    assert counted("predictions") == 1


def test_a_record_made_while_garbage_is_collected_blocks_nobody(settings):
    """Trap 48: a finalizer may run anywhere, also while a record is being queued."""
    n = 100
    app = graphsignal_mw.WSGIMiddleware(returning([ANSWER]), **settings)

    class Finalized:
        def __init__(self):
            self.cycle = self

        def __del__(self):
            Gateway().run(app, environ())

    def work():
        gc.enable()
        for _ in range(n):
            Finalized()
            Gateway().run(app, environ())
        gc.collect()

    before = gc.get_threshold()
    gc.disable()
    garbage = [Finalized() for _ in range(10)]
    garbage.clear()  # so that the very first record finds some
    gc.set_threshold(1, 1, 1)
    try:
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        worker.join(20)
    finally:
        gc.set_threshold(*before)
        gc.enable()
    assert not worker.is_alive()
    assert counted("predictions") == 2 * n + 10


def test_importing_the_middleware_loads_the_standard_library_only():
    """The request path brings nothing into the app's process but itself."""
    code = (
        "import sys; before = set(sys.modules); import graphsignal_mw.middleware;"
        "new = {name.split('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - sys.stdlib_module_names))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['graphsignal_mw']"


LOCKS = """
import sys, threading
made = []
def watched(make):
    def of(*args, **kwargs):
        made.append(sys._getframe(1).f_globals["__name__"])
        return make(*args, **kwargs)
    return of
for name in ("Lock", "RLock", "Condition", "Event", "Semaphore"):
    setattr(threading, name, watched(getattr(threading, name)))
import graphsignal_mw.agent
print([name for name in made if name.startswith("graphsignal_mw")])
"""


def test_importing_makes_no_lock():
    """Trap 50: gevent patches late, and a lock made before is none of its own."""
    found = subprocess.run([sys.executable, "-c", LOCKS], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_switched_off_middleware_is_the_bare_app(settings, monkeypatch):
    monkeypatch.setenv("GRAPHSIGNAL_MW_DISABLED", "1")
    for kind in KINDS:
        assert kind(answering, **settings) is answering
