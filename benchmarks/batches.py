"""What a batch costs, and what it costs with peers: the table "Batches". A DataFrame of 20 columns of doubles.

    python benchmarks/batches.py            everything (ten minutes after the first run)
    python benchmarks/batches.py --quick    the same with few rounds: does it work?
    python benchmarks/batches.py --ours     without the peers

Ours is ``log_prediction_batch`` and ``flush``: from the call to the delta in the spool, distinct counts included. Peers
are whylogs' ``log`` and the batch logging of graphsignal, both until their profile is bytes; Evidently's drift report
of two such batches; and ``describe`` of pandas, which keeps nothing that could be merged. Each is in a process of its
own, pinned in requirements-records.txt or requirements-batches.txt, in environments that the first run makes. Figures
are CPU time of the process (medians of rounds, interleaved), and by how much it grew at its peak.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

from peers.environment import python_of_peers
from peers.told import Told
from request_path import machine

HERE = Path(__file__).parent
CASES = {10_000: "10k x 20", 1_000_000: "1M x 20"}
PINS = {
    "whylogs": "requirements-records.txt",
    "graphsignal": "requirements-records.txt",
    "evidently": "requirements-batches.txt",
    "pandas": "requirements-batches.txt",
}
SLOW = {("evidently", 1_000_000)}  # minutes: one round
ONE_CORE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


def started(*, peers):
    """Return {who: its process}."""
    pythons = {"ours": sys.executable}
    if peers:
        pythons |= {name: python_of_peers(HERE / pins, with_us=False) for name, pins in PINS.items()}
    script, environment = HERE / "peers" / "batches.py", os.environ | ONE_CORE
    return {who: Told([python, script, who], env=environment) for who, python in pythons.items()}


def measured(processes, rows, rounds, few):
    """Return {who: (seconds of each round, MB)}; peers, which take longer, have only ``few`` rounds."""
    found = {who: [] for who in processes}
    grown = {}
    for number in range(rounds):
        for who, process in processes.items():
            if number < (rounds if who == "ours" else 1 if (who, rows) in SLOW else few):
                found[who].append(process.round(rows))
                grown[who] = process.round("memory")
    return {who: (found[who], grown[who]) for who in processes}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    given = parser.parse_args()
    began = time.monotonic()
    processes = started(peers=not given.ours)
    print(machine())
    print(f"\n{'CPU per batch':14}{'':14}{'median ms':>12}{'best ms':>10}{'times ours':>12}{'peak MB':>10}")
    for rows, name in CASES.items():
        costs = measured(processes, rows, *((3, 1) if given.quick else (9, 3)))
        ours = statistics.median(costs["ours"][0])
        for who, (seconds, grown) in costs.items():
            middle = statistics.median(seconds)
            figures = f"{middle * 1e3:>12.1f}{min(seconds) * 1e3:>10.1f}{middle / ours:>12.1f}{grown:>10.0f}"
            print(f"{name:14}{who:14}{figures}", flush=True)
    for process in processes.values():
        process.end()
    print(f"\n{time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
