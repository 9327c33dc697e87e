"""Does compaction in the background slow ingest down? A week of 100 processes, as fast as the machine allows.

    python benchmarks/week.py                    four hours of it: 100 processes, 48 windows of 300 s each
    python benchmarks/week.py --windows 2016     the whole week: 201,600 uploads
    python benchmarks/week.py --rate 100000      as fast as they are taken
    python benchmarks/week.py --postgresql       on a PostgreSQL of its own, with fsync (needs Debian's package)

Uploads are unpacked and stored as the collector does it, ``--rate`` a second (in life it is one every three seconds). A
second process runs compaction in every other round and pauses in the ones between, so both kinds meet the same
machine, and the rounds with compaction have the work of two. In the end every upload must be counted.
"""

import argparse
import multiprocessing
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import numpy as np
from ingest import megabytes, targets
from streams.uploads import stats_of

from graphsignal_mw.store import Store
from graphsignal_mw.tasks import table
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, decode, encode, stats_to_part

STEP, THREADS = 300, 8
MEASURED = ("p50 ms", "p99 ms", "CPU ms", "uploads/s")
WITH, WITHOUT = "with compaction", "without"


def run_tasks(target, running, ended):
    """Compact while ``running`` is set, as often as the collector's second process does."""
    store = Store.open(target)
    (compact,) = (task for task in table(60.0) if task.name == "compact")
    while not ended.wait(compact.every):
        if running.is_set():
            compact.run(store, time.time())
    store.close()


def uploads(windows, processes, made, start):
    """Yield the bodies of some windows of all processes, in the order of time."""
    for window in windows:
        for process in range(processes):
            stats = made[(window + process) % len(made)]
            part = stats_to_part(f"model{process % 5}", "v1", start + STEP * window, stats)
            yield encode(Envelope(SCHEMA_VERSION, f"week-{process:04d}", window, start, STEP, [part]))


def ingest(store, bodies, rate):
    """Store ``bodies``, at most ``rate`` a second; return what :data:`MEASURED` names."""

    def work(body):
        began, used = time.perf_counter(), time.thread_time()
        store.ingest("default", decode(body), time.time())
        return time.perf_counter() - began, time.thread_time() - used

    with ThreadPoolExecutor(THREADS) as pool:
        began, running = time.perf_counter(), []
        for number, body in enumerate(bodies):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            running.append(pool.submit(work, body))
        seconds, cpu = np.transpose([done.result() for done in running])
        total = time.perf_counter() - began
    return (*np.quantile(seconds, (0.5, 0.99)) * 1000, cpu.mean() * 1000, len(bodies) / total)


def week(target, options):
    """Print a line for each round, and what compaction cost."""
    made = [stats_of(options.rows, seed, options.columns) for seed in range(8)]
    start = int(time.time() - options.windows * STEP) // STEP * STEP
    spawn = multiprocessing.get_context("spawn")
    running, ended = spawn.Event(), spawn.Event()
    store = Store.open(target)
    tasks = spawn.Process(target=run_tasks, args=(target, running, ended), daemon=True)
    tasks.start()
    found = {WITH: [], WITHOUT: []}
    print(f"{'round':>5} | {'':15} | {' | '.join(f'{name:>9}' for name in MEASURED)} | windows that wait")
    for number, first in enumerate(range(0, options.windows, options.each)):
        kind = WITHOUT if number % 2 else WITH
        (running.clear if number % 2 else running.set)()
        windows = range(first, min(first + options.each, options.windows))
        taken = ingest(store, list(uploads(windows, options.processes, made, start)), options.rate)
        found[kind].append(taken)
        numbers = " | ".join(f"{number:9.2f}" for number in taken)
        print(f"{number:5} | {kind:15} | {numbers} | {store.sizes()['dirty']}", flush=True)
    running.set()
    began = time.perf_counter()
    while store.sizes()["dirty"]:
        time.sleep(0.05)
    print(f"\nnothing waits {time.perf_counter() - began:.1f} s after the last upload; {megabytes(target):.0f} MB")
    ended.set()
    tasks.join()
    report(found)
    check(store, options)
    store.close()


def report(found):
    """Print the medians of the rounds, and their ratio."""
    middle = {kind: np.median(rounds, axis=0) for kind, rounds in found.items()}
    for place, name in enumerate(MEASURED):
        with_it, without = middle[WITH][place], middle[WITHOUT][place]
        print(
            f"{name:9} {with_it:7.2f} with, {without:7.2f} without compaction: {100 * (with_it / without - 1):+.0f} %"
        )


def check(store, options):
    """See that every upload is counted."""
    expected = options.windows * options.processes * options.rows
    counted = sum(store.totals("default", d.name, 0, 2**40).counters["requests"] for d in store.deployments("default"))
    print(f"{counted:,} of {expected:,} requests counted")
    if counted != expected:
        raise SystemExit("not all is counted")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=48, help="of each process; 2016 are a week")
    parser.add_argument("--processes", type=int, default=100)
    parser.add_argument("--each", type=int, default=4, help="windows in a round")
    parser.add_argument("--rate", type=float, default=40.0, help="uploads a second")
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with ExitStack() as stack:
        week(next(targets(options.postgresql, stack)), options)


if __name__ == "__main__":
    main()
