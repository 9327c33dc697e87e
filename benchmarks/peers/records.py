"""One logger in a process of its own: for each case on standard input it logs the records, and says their cost.

    python records.py whylogs

The cost is CPU time of the logging thread in µs a record, with the summary that ends a window; nan where the logger
reports errors. Nothing is uploaded.
"""

import logging
import math
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from streams.records import CASES

RECORDS = 1024


class Errors(logging.Handler):
    """Counts what a logger reports."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.seen = 0

    def emit(self, _record):
        self.seen += 1


def whylogs(records):
    import whylogs as why

    logger = why.logger(mode="rolling", interval=1, when="H")
    began = time.thread_time()
    for row, output in records:
        logger.log(row={**row, "y": output})
    logger._current_profile.view().serialize()
    spent = time.thread_time() - began
    logger.close()
    return spent


def graphsignal(records):
    import graphsignal as peer

    peer.configure(api_key="none", window_seconds=3600)
    peer._get_uploader().flush_in_thread = lambda: None
    peer.sessions.reset_all()
    session = peer.session(deployment_name="model")
    began = time.thread_time()
    for row, output in records:
        session.log_prediction(features=row, prediction=output)
    session._current_window_updater.finalize()
    session._current_window_updater.window().SerializeToString()
    return time.thread_time() - began


def main():
    log = {"whylogs": whylogs, "graphsignal": graphsignal}[sys.argv[1]]
    errors = Errors()
    logging.getLogger(sys.argv[1]).handlers = [errors]
    for line in sys.stdin:
        records, errors.seen = CASES[line.strip()](RECORDS), 0
        spent = log(records)
        print(math.nan if errors.seen else spent / RECORDS * 1e6, flush=True)
    os._exit(0)  # not by way of the uploads that peers make at exit


if __name__ == "__main__":
    main()
