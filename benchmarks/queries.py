"""Milliseconds of what people and programs ask, with 30 days of 5 deployments in the store.

    python benchmarks/queries.py                    windows of an hour: 720 of each deployment, 50 columns
    python benchmarks/queries.py --window 300 --days 7
    python benchmarks/queries.py --postgresql       on a PostgreSQL of its own (needs Debian's package)

Asked of ``graphsignal-mw serve`` over HTTP; medians and the worst of ``--times``.
"""

import argparse
import os
import platform
import time
from contextlib import ExitStack

import httpx2
import numpy as np
from ingest import megabytes, serving, targets
from streams.uploads import stats_of

from graphsignal_mw.store import Store
from graphsignal_mw.store.rows import write_window
from graphsignal_mw.store.span import DAY, WindowKey
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

DEPLOYMENTS, ROWS = 5, 1000
API = "/api/v1/deployments/model0"
ASKED = (
    ("deployment, totals of 24 h", API, {}),
    ("columns merged over 24 h", f"{API}/columns", {}),
    (
        "mean of one column, 7 days by hour",
        f"{API}/series",
        {"stream": "features", "column": "f00", "metric": "mean", "days": 7},
    ),
    (
        "median of one column, 7 days by hour",
        f"{API}/series",
        {"stream": "features", "column": "f00", "metric": "p50", "days": 7},
    ),
    (
        "median of one column, 30 days by day",
        f"{API}/series",
        {"stream": "features", "column": "f00", "metric": "p50", "days": 30, "step": DAY},
    ),
    ("requests, 30 days by day", f"{API}/series", {"metric": "requests", "days": 30, "step": DAY}),
    ("page: all deployments", "/", {}),
    ("page: one deployment", "/deployments/model0", {}),
    ("heatmap of a deployment, 7 days", "/deployments/model0/heatmap", {"range": "7d"}),
    ("page: one column", "/deployments/model0/columns/features/f00", {}),
)


def fill(target, window, days, now):
    """Put computed windows into a new store, as compaction does; the first and the last come as uploads."""
    made = [stats_to_part("model", "v1", 0, stats_of(ROWS, seed)) for seed in range(12)]
    buckets = range(int(now - days * DAY) // window * window, int(now) // window * window + 1, window)
    store = Store.open(target)
    for number in range(DEPLOYMENTS):
        name = f"model{number}"
        for first in range(0, len(buckets), 500):
            with store.write() as connection:
                for place, bucket in enumerate(buckets[first : first + 500]):
                    write_window(connection, WindowKey("default", name, bucket, "v1"), made[place % len(made)])
        ends = [stats_to_part(name, "v1", bucket, stats_of(ROWS, number)) for bucket in (buckets[0], buckets[-1])]
        store.ingest("default", Envelope(SCHEMA_VERSION, "bench-0000", number, now, window, ends), now)
    store.compact()
    store.close()
    return len(buckets)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=int, default=3600, help="seconds")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with ExitStack() as stack:
        target = next(targets(options.postgresql, stack))
        count = fill(target, options.window, options.days, time.time())
        print(f"{DEPLOYMENTS} deployments, {count} windows each, 50 columns: {megabytes(target):.0f} MB\n")
        port, _ = stack.enter_context(serving(target))
        client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=300))
        print(f"{'asked':40} | median ms | worst ms |     KB")
        for name, path, parameters in ASKED:
            ask(client, name, path, parameters, options.times)


def ask(client, name, path, parameters, times):
    """Print one line."""
    given = dict(parameters)
    if days := given.pop("days", None):
        given["from"] = int(time.time() - days * DAY)
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        answer = client.get(path, params=given)
        seconds.append(time.perf_counter() - started)
        answer.raise_for_status()
    print(
        f"{name:40} | {np.median(seconds) * 1000:9.1f} | {max(seconds) * 1000:8.1f} | {len(answer.content) / 1000:6.1f}"
    )


if __name__ == "__main__":
    main()
