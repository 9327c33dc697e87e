"""Room that a deployment takes, and what detection costs, after five weeks of windows.

    python benchmarks/retention.py                  35 days of 300 s windows of 10 columns (some ten minutes)
    python benchmarks/retention.py --days 10        fewer

Each day is uploaded, compacted, purged and looked at as a collector does it; then one more window comes, and detection
runs again. Bytes are those of rows and keys, without what the database adds.
"""

import argparse
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import Store
from graphsignal_mw.tasks import run_compaction, run_detection, run_purge
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

DAY, SECONDS = 86400, 300
START = 20_000 * DAY
ROWS = 300


def main() -> None:
    """Fill a store, and print what it takes and costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=35)
    parser.add_argument("--columns", type=int, default=10)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    print(f"{os.cpu_count()} cores, SQLite, {options.days} days of {SECONDS} s windows of {options.columns} columns")
    with tempfile.TemporaryDirectory() as folder, closing(Store.open(Path(folder))) as store:
        for day in range(options.days):
            for at in range(START + day * DAY, START + (day + 1) * DAY, SECONDS):
                upload(store, at, options.columns, rng)
            now = float(START + (day + 1) * DAY)
            run_compaction(store, now)
            run_purge(store, now)
            took = seconds_of(store, now)
        print_room(store, options.days)
        print(f"detection after a whole day of new windows: {took:.2f} s of CPU")
        upload(store, int(now), options.columns, rng)
        run_compaction(store, now)
        print(f"detection after one more window: {seconds_of(store, now + SECONDS + 1):.2f} s of CPU")


def upload(store: Store, at: int, columns: int, rng: np.random.Generator) -> None:
    """Ingest one window."""
    stats = WindowStats()
    stats.features.update({f"x{i}": rng.normal(i, 1, ROWS) for i in range(columns)})
    stats.counters.update(requests=ROWS, predictions=ROWS)
    stats.latency.update(rng.lognormal(-3, 0.5, ROWS))
    part = stats_to_part("model", "", at, stats)
    store.ingest("default", Envelope(SCHEMA_VERSION, "boot-0001", at, float(at), SECONDS, [part]), float(at))


def seconds_of(store: Store, now: float) -> float:
    """Return the CPU time of one run of detection."""
    began = time.process_time()
    run_detection(store, now)
    return time.process_time() - began


def print_room(store: Store, days: int) -> None:
    """Print bytes of each table and day."""
    print(f"{'table':16} {'rows':>9} {'bytes a day':>12}")
    total = 0.0
    with store.read() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).scalars()
        for table in sorted(tables.all()):
            names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
            size = " + ".join(f"coalesce(length(CAST({name} AS BLOB)), 0)" for name in names)
            rows, size = connection.exec_driver_sql(f"SELECT count(*), coalesce(sum({size}), 0) FROM {table}").one()
            total += size / days
            if size > 1000 * days:
                print(f"{table:16} {rows:9,} {size / days:12,.0f}")
    print(f"{'all':26} {total:12,.0f}; with the database: {store.space().used / days:,.0f}")


if __name__ == "__main__":
    main()
