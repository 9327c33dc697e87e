"""What a request pays for graphsignal_mw and for its peers: the tables "Added per request" and "The tail".

    python benchmarks/request_path.py             both tables (about five minutes after the first run)
    python benchmarks/request_path.py --quick     the same with few rounds: does it work?
    python benchmarks/request_path.py --table tail    one of them: added, tail

The peers are pinned in requirements-peers.txt, and live in an environment of their own that the first run makes. Each
variant is a process of its own; rounds are interleaved, figures are medians. "Added" is CPU time of the thread that
serves, everything included that happens in it; what the background thread costs a request is in the tail. There the
bare app is served twice: what the two rows differ is the noise of the machine, not ours.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from peers import tail
from peers.apps import AGAIN, BARE, CAPTURES, TAILS, VARIANTS
from peers.environment import python_of_peers
from peers.told import Told

HERE = Path(__file__).parent
RATE = 1000  # requests a second
WARM_UP = 7  # seconds: the first checkpoint of a process is behind it


def added(python, framework, rounds, requests):
    """Return µs a request of the bare app, and {variant: µs that it adds}: medians of the rounds."""
    workers = {
        name: Told([python, "worker.py", framework, name, str(requests)], cwd=HERE / "peers")
        for name in VARIANTS[framework]
    }
    costs = {name: [] for name in workers}
    for number in range(rounds + 1):
        for name, worker in workers.items():
            cost = worker.round()
            if number:  # the first warms up
                costs[name].append(cost)
    for worker in workers.values():
        worker.end()
    bare = costs.pop(BARE)
    more = {
        name: cost if name.startswith("ours") else [each - base for each, base in zip(cost, bare, strict=True)]
        for name, cost in costs.items()
    }
    return statistics.median(bare), {name: statistics.median(figures) for name, figures in more.items()}


def print_added(python, rounds, requests):
    for framework in VARIANTS:
        bare, found = added(python, framework, rounds, requests)
        ours = found[CAPTURES]
        print(
            f"\nAdded per request, {framework} called in-process (bare: {bare:.1f} µs), "
            f"{rounds} rounds of 4 times {requests}"
        )
        print(f"{'':40}{'added µs':>10}{'times our capture':>20}")
        for name, more in found.items():
            print(f"{name:40}{more:>10.2f}{more / ours:>20.1f}", flush=True)


def print_tail(python, rounds, seconds):
    """Print quantiles of latency. All servers live all the time: each round compares warm ones, seconds apart.

    Everything is compared with the mean of the two bare servers in the same round.
    """
    print(f"\nThe tail: one uvicorn worker at {RATE} requests/s, {rounds} rounds of {seconds} s, medians of the rounds")
    runs = {name: [] for name in TAILS}
    with ExitStack() as servers:
        serving = {name: servers.enter_context(tail.Server(python, name)) for name in TAILS}
        for server in serving.values():
            server.latencies(RATE, WARM_UP)
        for number in range(rounds):
            for name in list(runs) if number % 2 == 0 else list(runs)[::-1]:
                runs[name].append(serving[name].latencies(RATE, seconds))
    found = {name: np.array(run) for name, run in runs.items()}  # shape (rounds, 2): p50 and p99
    base = (found[BARE] + found[AGAIN]) / 2
    print(f"{'':32}{'p50 µs':>8}{'p99 µs':>8}{'p50 ratio':>11}{'p99 ratio':>11}{'quartiles':>16}{'more µs':>9}")
    for name, run in found.items():
        (p50, p99), (ratio50, ratio99) = np.median(run, axis=0), np.median(run / base, axis=0)
        low, high = np.quantile((run / base)[:, 1], [0.25, 0.75])
        added = np.median(run - base, axis=0)[1]
        print(
            f"{name:32}{p50:>8.0f}{p99:>8.0f}{ratio50:>11.2f}{ratio99:>11.2f}{low:>8.2f}{high:>8.2f}{added:>9.0f}",
            flush=True,
        )


def machine():
    """Return what the figures were measured on, and how busy it is with other things."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next((line.split(":")[1].strip() for line in info.open() if line.startswith("model name")), model)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}{load}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--table", choices=["added", "tail"], help="only one of the tables")
    given = parser.parse_args()
    python, began = python_of_peers(), time.monotonic()
    print(machine())
    if given.table != "tail":
        print_added(python, *((5, 200) if given.quick else (41, 200)))
    if given.table != "added":
        print_tail(python, *((2, 2) if given.quick else (9, 5)))
    print(f"\n{time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
