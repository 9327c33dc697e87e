"""What a record costs the background thread, and what it costs with peers: the table "CPU per record".

    python benchmarks/records.py            everything (a minute after the first run)
    python benchmarks/records.py --quick    the same with few rounds: does it work?
    python benchmarks/records.py --ours     without the peers

Ours begins with what a middleware captured, the bytes of both bodies, and ends with what leaves of a closed window. The
peers are given rows that are parsed already, as their loggers want them. They are pinned in requirements-records.txt,
and live in an environment of their own that the first run makes. Figures are CPU time of the thread that does the work
(medians of rounds, interleaved), in µs a record.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from peers.environment import python_of_peers
from peers.told import Told
from request_path import machine
from streams.records import CASES, SHAPES

from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.agent.worker import SLICE
from graphsignal_mw.config import load_config
from graphsignal_mw.mapping import Mapper
from graphsignal_mw.middleware import ASGICapture, Capture, Router
from graphsignal_mw.window import Windows

HERE = Path(__file__).parent
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip, deflate"),
    (b"connection", b"keep-alive"),
    (b"user-agent", b"python-httpx/0.28"),
    (b"content-length", b"226"),
    (b"content-type", b"application/json"),
]
ENDPOINT_AT = {"path": "/predict", "deployment": "model"}
ENDPOINT = {"features": "$", "predictions": {"y": "$.y"}}


class Ours:
    """The records of one case, captured again for each round."""

    def __init__(self, records, shape=None):
        endpoint, bodies = shape or (ENDPOINT, lambda records: [(row, {"y": y}) for row, y in records])
        self.records = len(records)
        self.mapper = Mapper(load_config({"endpoints": [ENDPOINT_AT | endpoint]}).endpoints[0])
        router = Router([self.mapper])
        self.middleware = ASGICapture(None, router=router, submit=None, max_body_bytes=65_536)
        self.bodies = [tuple(json.dumps(side).encode() for side in pair) for pair in bodies(records)]

    def round(self):
        """Return µs of CPU a record."""
        captures = [self._capture(*bodies) for bodies in self.bodies]
        windows = Windows(window_seconds=300, significant_digits=4)
        windows.pause.expect(many=True)  # one slice follows another, as in a backlog
        intake = Intake(windows)
        began = time.thread_time()
        for start in range(0, len(captures), SLICE):
            intake.take(captures[start : start + SLICE])
        parts = windows.cut(final=True)
        spent = time.thread_time() - began
        counted = sum(part.counters.get("predictions", 0) for part in parts)
        if counted != self.records:
            raise SystemExit(f"{counted} predictions of {self.records} records")
        return spent / self.records * 1e6

    def _capture(self, request, response):
        capture = Capture()
        capture.begin(self.middleware, (self.mapper, {}), HEADERS)
        capture.request, capture.response, capture.response_headers = request, response, HEADERS[-2:]
        capture.status, capture.duration, capture.outcome = 200, 0.001, "completed"
        return capture


def measured(peers, rounds, few):
    """Return {case: {who: µs of each round}}; peers, which take longer, have only ``few`` rounds."""
    ours = {case: Ours(make(8192)) for case, make in CASES.items()}
    found = {case: {"ours": []} | {name: [] for name in peers} for case in CASES}
    for number in range(rounds + 1):
        for case, mine in ours.items():
            cost = mine.round()
            if number:  # the first warms up
                found[case]["ours"].append(cost)
            if number < few:
                for name, peer in peers.items():
                    found[case][name].append(peer.round(case))
    return found


def shapes(rounds):
    """Print what records cost by the shape of their bodies, all beside one instance a body."""
    ours = {name: Ours(CASES["7 numbers + 3 strings"](8192), shape) for name, shape in SHAPES.items()}
    found = {name: [] for name in SHAPES}
    for number in range(rounds + 1):
        for name, mine in ours.items():
            cost = mine.round()
            if number:
                found[name].append(cost)
    print(f"\n{'Shape of bodies, 7 + 3':50}{'median µs':>12}{'best µs':>10}{'times one':>12}")
    one = statistics.median(found["one instance"])
    for name, costs in found.items():
        print(f"{name:50}{statistics.median(costs):>12.1f}{min(costs):>10.1f}{statistics.median(costs) / one:>12.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    given = parser.parse_args()
    peers = {}
    if not given.ours:
        python = python_of_peers(HERE / "requirements-records.txt", with_us=False)
        peers = {name: Told([python, HERE / "peers" / "records.py", name]) for name in ("whylogs", "graphsignal")}
    began = time.monotonic()
    print(machine())
    print(f"\n{'CPU per record':36}{'':14}{'median µs':>12}{'best µs':>10}{'times ours':>12}")
    for case, costs in measured(peers, *((3, 1) if given.quick else (15, 3))).items():
        ours = statistics.median(costs["ours"])
        for name, cost in costs.items():
            middle = statistics.median(cost)
            print(f"{case:36}{name:14}{middle:>12.1f}{min(cost):>10.1f}{middle / ours:>12.1f}", flush=True)
    for peer in peers.values():
        peer.end()
    shapes(3 if given.quick else 15)
    print(f"\n{time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
