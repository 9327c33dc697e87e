"""Clients whose clock is wrong, and deltas that waited: everything stands in the window it belongs to."""

import subprocess
import sys
import time

import pytest

HOUR = 3600
LOGGING = """
import sys, time
url, spool, name, off, given = sys.argv[1:]
right = time.time
time.time = lambda: right() + float(off)
import graphsignal_mw as graphsignal
graphsignal.configure(url=url, spool_dir=spool, window_seconds=60, upload_seconds=3600)
session = graphsignal.session(name)
for _ in range(3):
    session.log_prediction({"x": 1}, True)
session.log_prediction_batch([[1]] * 5, [True] * 5)
if given != "none":
    session.log_prediction({"x": 1}, True, actual_timestamp=float(given))
    session.log_prediction_batch([[1]] * 10, [True] * 10, timestamps=[float(given)] * 10)
graphsignal.shutdown(2)
"""


def log(url, tmp_path, name, off, given="none"):
    """Log 8 predictions with a clock that is ``off`` seconds, and 11 with the timestamp that is given."""
    command = [sys.executable, "-c", LOGGING, url, str(tmp_path / "spool"), name, str(off), str(given)]
    subprocess.run(command, check=True, timeout=60)


def windows(standing, name):
    """Predictions by window."""
    query = "SELECT bucket, feature_rows FROM windows WHERE deployment = ? AND feature_rows > 0"
    return dict(standing.until(lambda: not standing.waiting() and standing.rows(query, name)))


@pytest.mark.parametrize("off", [-40 * 24 * HOUR, -1000, 0, 90, 1000, 3 * 24 * HOUR])
def test_a_wrong_clock_moves_what_it_stamped_and_no_timestamp_that_was_given(standing, tmp_path, off):
    began, given = time.time(), int(time.time()) - 7 * HOUR
    log(standing.url, tmp_path, name := f"off{off}", off, given)
    found = windows(standing, name)
    assert found.pop(given // 60 * 60) == 11
    assert sum(found.values()) == 8
    tolerated = 120 if abs(off) <= 120 else 60  # to the nearest bucket
    assert all(began - tolerated - 60 <= bucket <= time.time() + tolerated for bucket in found)


def test_what_waited_on_the_disk_stays_where_it_was(standing, tmp_path):
    """It was written an hour ago by a clock that was right, and is sent by one that is right."""
    then = time.time() - HOUR
    log("http://127.0.0.1:9", tmp_path, "waited", -HOUR)
    log(standing.url, tmp_path, "waited", 0)
    old, new = sorted(windows(standing, "waited").items())
    assert (old[1], new[1]) == (8, 8)
    assert then - 60 <= old[0] <= time.time() - HOUR
    assert new[0] >= then + HOUR - 60
