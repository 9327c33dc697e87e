"""A program that is patched by gevent after it has imported us."""

import subprocess
import sys

PATCHED = """
import sys
import graphsignal_mw as graphsignal
graphsignal.configure, graphsignal.ASGIMiddleware, graphsignal.WSGIMiddleware
from gevent import monkey
monkey.patch_all()
import gevent
graphsignal.configure(url=sys.argv[1], spool_dir=sys.argv[2], upload_seconds=0.2, checkpoint_seconds=0.1)
session = graphsignal.session("patched")

def work():
    for _ in range(100):
        session.log_prediction({"x": 1}, True)
        gevent.sleep(0)
    session.log_prediction_batch([[1]] * 100, [True] * 100)

gevent.joinall([gevent.spawn(work) for _ in range(10)], raise_error=True)
assert graphsignal.flush(30)
graphsignal.shutdown()
"""


def test_greenlets_log_and_upload(standing, tmp_path):
    command = [sys.executable, "-W", "error", "-c", PATCHED, standing.url, str(tmp_path / "spool")]
    subprocess.run(command, check=True, timeout=60)
    assert standing.settled("patched", 2000) == 2000
    assert not list((tmp_path / "spool").rglob("*.*"))
