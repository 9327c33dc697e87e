"""A library in its own process: for each number of rows on standard input it takes in a batch, and says its cost.

    python batches.py whylogs

The batch is a pandas DataFrame of 20 columns of normal doubles. The answer to "1000000" is CPU time in seconds, of all
threads, until what would leave the process is there as bytes (but for ``describe``, which has nothing to send); to
"memory" it is by how many MB the last batch let the process grow at its peak. Nothing is uploaded.
"""

import logging
import math
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = 20
STATUS, PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def frame(rows):
    chance = np.random.default_rng(rows)
    return pd.DataFrame({f"f{column}": chance.normal(10 * column, 3, rows) for column in range(COLUMNS)})


def ours():
    import graphsignal_mw

    logging.getLogger("graphsignal_mw").setLevel(logging.ERROR)  # it says where the statistics are kept
    folder = tempfile.TemporaryDirectory()
    graphsignal_mw.configure(spool_dir=folder.name, window_seconds=3600)
    session = graphsignal_mw.session("model")

    def log(batch):
        folder.name  # noqa: B018 - it lives as long as this function
        session.log_prediction_batch(batch)
        graphsignal_mw.flush()

    return log


def whylogs():
    import whylogs as peer

    return lambda batch: peer.log(batch).profile().view().serialize()


def graphsignal():
    import graphsignal as peer

    peer.configure(api_key="none", window_seconds=3600)
    peer._get_uploader().flush_in_thread = lambda: None

    def log(batch):
        peer.sessions.reset_all()
        session = peer.session(deployment_name="model")
        session.log_prediction_batch(features=batch)
        session._current_window_updater.finalize()
        session._current_window_updater.window().SerializeToString()

    return log


def evidently():
    from evidently import Report
    from evidently.presets import DataDriftPreset

    warnings.simplefilter("ignore")
    # Drift is of a batch against another: here itself, in another order.
    return lambda batch: Report([DataDriftPreset()]).run(batch, batch[::-1]).json()


def describe():
    return lambda batch: batch.describe()


def megabytes(name):
    """Return a figure of this process in MB; nan where the system does not tell it."""
    if not STATUS.exists():
        return math.nan
    return int(STATUS.read_text().partition(f"{name}:")[2].split()[0]) / 1024


def measured(log, batch):
    """Return seconds of CPU, and the growth of the process at its peak in MB."""
    if PEAK.exists():
        PEAK.write_text("5")  # the peak from now on
    before, began = megabytes("VmRSS"), time.process_time()
    log(batch)
    return time.process_time() - began, megabytes("VmHWM") - before


def main():
    makers = {"ours": ours, "whylogs": whylogs, "graphsignal": graphsignal, "evidently": evidently, "pandas": describe}
    log, batches, growth = makers[sys.argv[1]](), {}, math.nan
    for line in sys.stdin:
        if line.strip() == "memory":
            print(growth, flush=True)
            continue
        rows = int(line)
        if rows not in batches:
            batches[rows] = frame(rows)
            log(batches[rows][:1000].copy())  # imports, and what is made once
        seconds, growth = measured(log, batches[rows])
        print(seconds, flush=True)
    os._exit(0)  # not by way of the uploads that peers make at exit


if __name__ == "__main__":
    main()
