"""A program that logs predictions at a pace, and notes how many and when; told by standard input to end."""

import select
import sys
import time

import graphsignal_mw as graphsignal

CHECKPOINT = 0.5  # seconds


def main(url, spool, deployment, journal, upload_seconds):
    graphsignal.configure(
        url=url, spool_dir=spool, upload_seconds=float(upload_seconds), checkpoint_seconds=CHECKPOINT, timeout=5
    )
    session = graphsignal.session(deployment)
    logged = 0
    with open(journal, "w", buffering=1) as lines:  # noqa: PTH123 - each line is with the system at once
        while not select.select([sys.stdin], [], [], 0.005)[0]:
            for _ in range(5):
                session.log_prediction({"x": logged, "plan": "basic"}, logged % 2 == 0)
                logged += 1
            lines.write(f"{logged} {time.time()}\n")
    arrived = graphsignal.flush(60)
    graphsignal.shutdown()
    sys.stdout.write(f"{logged} {arrived}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
