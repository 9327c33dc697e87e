"""Acknowledged uploads a second, their p99, and the cost of one as the store grows.

    python benchmarks/ingest.py                  uploads of about 19 KB, then those of 50 columns and 3,000 rows
    python benchmarks/ingest.py --phases 8       more of them, to see a store grow
    python benchmarks/ingest.py --stored 100000  into a store that has so many uploads and windows already
    python benchmarks/ingest.py --postgresql     on a PostgreSQL of its own, with fsync (needs Debian's package)

``graphsignal-mw serve`` as it is, tasks included, and a load generator on the same machine: 40 processes of 5
deployments, 32 connections. An upload is acknowledged when it is on disk. In the end every one must be counted.
"""

import argparse
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from msgspec import structs
from sqlalchemy import delete
from streams.uploads import LARGE, SMALL, bodies, stats_of

from graphsignal_mw.store import Store, Upload, schema
from graphsignal_mw.store.rows import window_rows, write_rows
from graphsignal_mw.store.span import WindowKey
from graphsignal_mw.wire import CONTENT_TYPE, SCHEMA_VERSION, Envelope, stats_to_part

CONNECTIONS = 32
HEAD = "\r\n".join(
    (
        "POST /api/v1/deltas HTTP/1.1",
        "Host: localhost",
        f"Content-Type: {CONTENT_TYPE}",
        "Content-Encoding: gzip",
        "Content-Length: {}\r\n\r\n",
    )
)


@contextmanager
def serving(target):
    """A collector on ``target``: its port."""
    place = ["--database-url", target] if "://" in target else ["--data-dir", target]
    command = [sys.executable, "-m", "graphsignal_mw.cli", "serve", "--port", "0", "--rate-limit", "0", *place]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(re.search(r"://\S+?:(\d+)", process.stdout.readline())[1])
    wait_for(port)
    try:
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def wait_for(port):
    """Wait until someone listens."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the collector does not answer")


def send(port, queue, seconds, refused):
    """Send what is in ``queue`` over one connection until nothing is."""
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        while True:
            try:
                body = queue.pop()
            except IndexError:
                return
            started = time.perf_counter()
            connection.sendall(HEAD.format(len(body)).encode() + body)
            status, length = answers.readline(), 0
            while (line := answers.readline()) != b"\r\n":
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            answer = answers.read(length)
            seconds.append(time.perf_counter() - started)
            if b" 200 " not in status or b'true,"duplicate":true' in answer:
                refused.append(status)


def phase(port, queue):
    """Return seconds of each upload and of all."""
    seconds, refused, started = [], [], time.perf_counter()
    threads = [threading.Thread(target=send, args=(port, queue, seconds, refused)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise SystemExit(f"{len(refused)} uploads were refused: {refused[0]}")
    return np.array(seconds), time.perf_counter() - started


def cpu_of(pid):
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(target):
    """Size of a store."""
    store = Store.open(target)
    try:
        with store.read() as connection:
            if store.engine.dialect.name == "postgresql":
                return connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one() / 1e6
        return sum(path.stat().st_size for path in Path(target).iterdir()) / 1e6
    finally:
        store.close()


def prefill(target, count):
    """Put ``count`` uploads and their windows, of one column each, into a store, as if they had been computed."""
    start, store = int(time.time() - 30 * 86400) // 300 * 300, Store.open(target)
    part = stats_to_part("model", "v1", 0, stats_of(SMALL, columns=1))
    for first in range(0, count, 500):
        keys = [WindowKey("default", f"stored{n % 5}", start + n // 5 * 60, "v1") for n in range(first, first + 500)]
        parts = [structs.replace(part, deployment=key.deployment, bucket=key.bucket) for key in keys]
        store.ingest_all(
            [
                Upload(
                    "default", Envelope(SCHEMA_VERSION, "stored-00", first + n, float(start), 60, [each]), time.time()
                )
                for n, each in enumerate(parts)
            ]
        )
        with store.write() as connection:
            connection.execute(delete(schema.dirty))
            for key, each in zip(keys, parts, strict=True):
                write_rows(connection, window_rows(key, each))
    store.close()


def run(target, name, rows, per_phase, phases):
    """Print one line a phase."""
    made = list(bodies(rows, per_phase * phases, sent_at=time.time()))
    print(f"\n{name}: {np.mean([len(body) for body in made]) / 1000:.1f} KB compressed")
    print("uploads in store |  uploads/s | CPU ms each |  p50 ms |  p99 ms | store MB")
    with serving(target) as (port, pid):
        for number in range(phases):
            queue, before = made[number * per_phase : (number + 1) * per_phase][::-1], cpu_of(pid)
            seconds, total = phase(port, queue)
            p50, p99 = np.quantile(seconds, (0.5, 0.99)) * 1000
            cpu = (cpu_of(pid) - before) / per_phase * 1000
            sent = (number + 1) * per_phase
            row = f"{per_phase / total:10.0f} | {cpu:11.2f} | {p50:7.1f} | {p99:7.1f} | {megabytes(target):8.1f}"
            print(f"{sent:16,} | {row}", flush=True)
    check(target, rows * per_phase * phases)


def check(target, requests):
    """Compute what the tasks had no time for, and see that every upload is counted."""
    store = Store.open(target)
    waiting, started, computed = store.sizes()["dirty"], time.perf_counter(), 0
    while done := store.compact():
        computed += done
    each = (time.perf_counter() - started) / max(computed, 1) * 1000
    names = [d.name for d in store.deployments("default") if d.name.startswith("model")]
    found = sum(store.totals("default", name, 0, 2**40).counters["requests"] for name in names)
    store.close()
    print(f"{waiting} windows waited, {each:.0f} ms each; {found:,} of {requests:,} requests counted")
    if found != requests:
        raise SystemExit("not all is counted")


def targets(on_postgresql, stack):
    """Yield fresh targets."""
    if on_postgresql:
        sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
        from store.cluster import Cluster

        cluster = Cluster(options={})
        stack.callback(cluster.stop)
        while True:
            yield stack.enter_context(cluster.database())
    while True:
        yield stack.enter_context(tempfile.TemporaryDirectory())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uploads", type=int, default=2000, help="uploads of 19 KB in a phase; a third of the others")
    parser.add_argument("--phases", type=int, default=3)
    parser.add_argument("--stored", type=int, default=0, help="uploads and windows that are there before")
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    with ExitStack() as stack:
        fresh = targets(options.postgresql, stack)
        for name, rows, uploads in (
            ("50 columns, few rows", SMALL, options.uploads),
            ("50 columns, 3,000 rows", LARGE, options.uploads // 3),
        ):
            target = next(fresh)
            prefill(target, options.stored)
            run(target, name, rows, uploads, options.phases)


if __name__ == "__main__":
    main()
