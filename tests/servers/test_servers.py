"""A record sent just before SIGTERM arrives, once, under every server (TRAPS 43, 44)."""

import sys
import time

import pytest

PYTHON = sys.executable
GUNICORN = (PYTHON, "-m", "gunicorn", "--bind", "127.0.0.1:PORT", "--log-level", "warning")
UVICORN = (PYTHON, "-m", "uvicorn", "asgi_app:app", "--port", "PORT", "--log-level", "warning")
HYPERCORN = (PYTHON, "-m", "hypercorn", "asgi_app:app", "--bind", "127.0.0.1:PORT")
GRANIAN = (PYTHON, "-m", "granian", "asgi_app:app", "--interface", "asgi", "--port", "PORT", "--no-ws")
UWSGI = ("pyuwsgi", "--http-socket", "127.0.0.1:PORT", "--module", "wsgi_app:app", "--master", "--die-on-term")
WAITRESS = (PYTHON, "-m", "waitress", "--listen", "127.0.0.1:PORT", "wsgi_app:app")

SERVERS = {
    "uvicorn": UVICORN,
    "uvicorn with two workers": (*UVICORN, "--workers", "2"),
    "uvicorn with reload": (*UVICORN, "--reload"),
    "hypercorn": HYPERCORN,
    "granian": GRANIAN,
    "granian with two workers": (*GRANIAN, "--workers", "2"),
    "gunicorn, sync": (*GUNICORN, "--workers", "2", "wsgi_app:app"),
    "gunicorn, gthread": (*GUNICORN, "--worker-class", "gthread", "--threads", "4", "wsgi_app:app"),
    "gunicorn, gevent": (*GUNICORN, "--worker-class", "gevent", "wsgi_app:app"),
    "gunicorn, uvicorn workers": (*GUNICORN, "--worker-class", "uvicorn_worker.UvicornWorker", "asgi_app:app"),
    "gunicorn, preloaded": (*GUNICORN, "--preload", "--workers", "2", "wsgi_app:app"),
    "gunicorn, preloaded, gthread": (
        *GUNICORN,
        "--preload",
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "wsgi_app:app",
    ),
    "gunicorn, workers that are recycled": (*GUNICORN, "--workers", "2", "--max-requests", "7", "wsgi_app:app"),
    "uWSGI": (*UWSGI, "--processes", "2", "--enable-threads"),
    "uWSGI without threads": (*UWSGI, "--processes", "2"),
    "uWSGI, lazy apps": (*UWSGI, "--enable-threads", "--lazy-apps"),
}
CUT_SHORT = {  # no hook runs, or hypercorn ends the other workers when the first of them has ended
    "hypercorn with two workers": (*HYPERCORN, "--workers", "2"),
    "waitress": WAITRESS,
    "uvicorn without lifespan": (*UVICORN, "--lifespan", "off"),
    "granian, WSGI": (*GRANIAN[:3], "wsgi_app:app", "--interface", "wsgi", "--port", "PORT"),
}


@pytest.mark.parametrize("server", SERVERS)
def test_what_was_sent_before_sigterm_arrives_once(serve, collector, server):
    served = serve(*SERVERS[server])
    served.predict(40)
    served.end()
    handled = served.handled()
    assert handled == 40 or "uWSGI" in server
    collector.until(lambda: served.counted().get("predictions", 0) >= handled)
    found = served.counted()
    assert (found["requests"], found["predictions"]) == (handled, handled), served.said()


@pytest.mark.parametrize("server", CUT_SHORT)
def test_where_the_end_is_cut_short_the_next_process_adopts_the_checkpoint(serve, collector, server):
    served = serve(*CUT_SHORT[server])
    served.predict(40)
    collector.until(lambda: is_checkpointed(served.folder))
    served.end()
    served.start()
    served.predict(1)
    collector.until(lambda: served.counted().get("predictions", 0) >= 40)
    assert served.counted()["predictions"] == 40


def is_checkpointed(folder):
    """Whether the last checkpoint is older than their interval: everything is in it."""
    ages = [time.time() - path.stat().st_mtime for path in folder.glob("spool/*/*/*.open")]
    return bool(ages) and min(ages) > 1.0


def test_a_reload_loses_nothing(serve, collector):
    served = serve(*SERVERS["uvicorn with reload"])
    served.predict(10)
    source = served.folder / "asgi_app.py"
    source.write_text(source.read_text() + "\n# changed\n")
    collector.until(lambda: served.counted().get("predictions", 0) == 10)
    collector.until(served.answers)
    served.predict(10)
    served.end()
    collector.until(lambda: served.counted().get("predictions", 0) >= 20)
    assert served.counted()["requests"] == 20
