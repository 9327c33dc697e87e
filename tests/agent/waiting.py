"""Waiting for what other threads and processes do."""

import time


def wait_for(true, seconds=20):
    """Return what ``true()`` returned as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.005)
    return found
