"""Milliseconds of what people and programs ask, with 30 days of 5 deployments in the store.

    python benchmarks/queries.py                    windows of an hour, then of 300 s; 50 columns
    python benchmarks/queries.py --window 3600      those of an hour only: 720 of each deployment
    python benchmarks/queries.py --window 300 --days 15 --deployments 1
    python benchmarks/queries.py --postgresql       on a PostgreSQL of its own (needs Debian's package)

Asked of ``graphsignal-mw serve`` over HTTP: the first view, and the median and worst of ``--times`` more. Before that
the two queries behind the heat map and behind a column are timed alone, without HTTP, comparisons and HTML.
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
from graphsignal_mw.store.outlines import forget_outlines
from graphsignal_mw.store.rows import window_rows, write_rows
from graphsignal_mw.store.span import DAY, HOUR, WindowKey
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part

ROWS = 1000
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


def fill(target, window, days, now, deployments=5):
    """Put computed windows into a new store, as compaction does; the first and the last come as uploads."""
    made = [stats_to_part("model", "v1", 0, stats_of(ROWS, seed)) for seed in range(12)]
    buckets = range(int(now - days * DAY) // window * window, int(now) // window * window + 1, window)
    store = Store.open(target)
    for number in range(deployments):
        name = f"model{number}"
        for first in range(0, len(buckets), 500):
            with store.write() as connection:
                keys = [WindowKey("default", name, bucket, "v1") for bucket in buckets[first : first + 500]]
                for place, key in enumerate(keys):
                    write_rows(connection, window_rows(key, made[place % len(made)]))
                forget_outlines(connection, keys)
        ends = [stats_to_part(name, "v1", bucket, stats_of(ROWS, number)) for bucket in (buckets[0], buckets[-1])]
        store.ingest("default", Envelope(SCHEMA_VERSION, "bench-0000", number, now, window, ends), now)
    store.compact()
    while store.outline_past(now):
        pass
    store.close()
    return len(buckets)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=int, nargs="+", default=[3600, 300], help="seconds")
    parser.add_argument("--deployments", type=int, default=5)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    for window in options.window:
        with ExitStack() as stack:
            measure(stack, window, options)


def measure(stack, window, options):
    """Print one table."""
    target = next(targets(options.postgresql, stack))
    count = fill(target, window, options.days, time.time(), options.deployments)
    stored = f"{options.deployments} deployments, {count} windows of {window} s each, 50 columns"
    print(f"\n{stored}: {megabytes(target):.0f} MB\n")
    print(f"{'asked':40} | first ms | median ms | worst ms |     KB")
    queries(target, options.times)
    port, _ = stack.enter_context(serving(target))
    client = stack.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=300))
    client.get("/static/dashboard.css")  # what is loaded once, whatever is asked
    for name, path, parameters in ASKED:
        ask(client, name, path, parameters, options.times)


def queries(target, times):
    """Print a line for each query of the store."""
    store, end = Store.open(target), int(time.time())
    of = "default", "model0"
    timed(
        "query: all columns, 7 days by hour", lambda: store.outlines(*of, end - 7 * DAY, end, HOUR), times, lambda _: 0
    )
    timed(
        "query: one column, 24 h merged",
        lambda: store.columns(*of, end - DAY, end, stream="features", name="f00"),
        times,
        lambda _: 0,
    )
    store.close()


def ask(client, name, path, parameters, times):
    """Print one line."""
    given = dict(parameters)
    if days := given.pop("days", None):
        given["from"] = int(time.time() - days * DAY)

    def get():
        return client.get(path, params=given).raise_for_status()

    timed(name, get, times, lambda answer: len(answer.content) / 1000)


def timed(name, ask, times, size):
    """Print how long it takes to ask, and the ``size`` of the answer in KB."""
    seconds = []
    for _ in range(times + 1):
        started = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - started)
    first, *others = (1000 * each for each in seconds)
    print(f"{name:40} | {first:8.1f} | {np.median(others):9.1f} | {max(others):8.1f} | {size(answer):6.1f}")


if __name__ == "__main__":
    main()
