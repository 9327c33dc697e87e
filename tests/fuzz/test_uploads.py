"""Mutated uploads against the ingest app, and against a real collector: no crash, no 500, no memory that grows."""

import contextlib
import gzip
import random
import socket
import time
from pathlib import Path

import httpx2
import msgspec
import pytest
from collector.service import Service

from graphsignal_mw.wire import MAX_INFLATED

from .uploads import JSON_TYPE, Wire, as_json, bent, mangled, original, sketches_mangled

TAKEN, REFUSED = {200}, {400, 413, 415, 422}
MEGABYTE = 1024 * 1024
MOST_GROWTH = 400 * MEGABYTE


class Mutations:
    """Requests made of one valid upload; ``next`` returns the body and what goes with it."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.packed = msgspec.msgpack.encode(original(time.time()))
        self.zipped = gzip.compress(self.packed, 1)
        self.bombs = [gzip.compress(piece * (size // len(piece)), 9) for piece, size in BOMBS]
        self.seq = 0

    def next(self):
        kind = self.chance.choices(list(KINDS), KINDS.values())[0]
        return getattr(self, kind)()

    def document(self, change):
        self.seq += 1
        found = msgspec.msgpack.decode(self.packed)
        found["seq"] = self.seq
        return change(found, self.chance)

    def fields(self):
        return msgspec.msgpack.encode(self.document(bent)), {"encoding": "identity"}

    def sketches(self):
        return msgspec.msgpack.encode(self.document(sketches_mangled)), {"encoding": "identity"}

    def bytes(self):
        return mangled(self.packed, self.chance), {"encoding": "identity"}

    def stream(self):
        return mangled(self.zipped, self.chance), {}

    def json(self):
        body = as_json(self.document(bent))
        body = mangled(body, self.chance) if self.chance.random() < 0.2 else body
        return gzip.compress(body, 1), {"media_type": JSON_TYPE}

    def bomb(self):
        return self.chance.choice(self.bombs), {"media_type": self.chance.choice([JSON_TYPE, "application/msgpack"])}

    def headers(self):
        odd = ["", "gzip, gzip", "br", "\xff", "x" * 9000, "gzip\t"]
        chosen = {"encoding": self.chance.choice(odd), "media_type": self.chance.choice([*odd, "text/html"])}
        return self.zipped, {**chosen, "date": self.chance.choice(["now", "Thu, 01 Jan 1970 00:00:00 GMT", "\xff"])}


KINDS = {"fields": 30, "sketches": 20, "bytes": 15, "stream": 15, "json": 15, "headers": 4, "bomb": 0.3}
BOMBS = [(b"\0", 64 * MEGABYTE), (b"\x81\xa1", MAX_INFLATED), (b"[", MAX_INFLATED), (b'{"a":', MAX_INFLATED)]


def memory(pid="self"):
    """Bytes of memory that a process has in use."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


@pytest.fixture
def wire(tmp_path):
    made = Wire(tmp_path / "data")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("count", "seed"), [(5000, 1), *(pytest.param(20_000, seed, marks=pytest.mark.full) for seed in range(10, 20))]
)
def test_whatever_is_uploaded_is_taken_or_refused_and_what_was_taken_can_be_read(wire, count, seed):
    mutations, statuses = Mutations(seed), {}
    before = None
    for number in range(count):
        body, options = mutations.next()
        status, headers, answer = wire.send(body, **options)
        statuses[status] = statuses.get(status, 0) + 1
        assert status in TAKEN | REFUSED, (seed, number, answer)
        assert status in TAKEN or headers[b"content-type"] == b"application/problem+json"
        if number == count // 10:
            before = memory()
    assert memory() - before < MOST_GROWTH
    assert min(statuses.get(status, 0) for status in (200, 413, 415, 422)) > 0, statuses
    while wire.store.compact():
        pass
    for deployment in msgspec.json.decode(wire.call("GET", "/api/v1/deployments")[2]):
        for path in readings(deployment["name"]):
            status, _, answer = wire.call("GET", path)
            assert status in {200, 404}, (path, answer)


def readings(name):
    """Addresses of what there is to read of a deployment; a name that cannot stand in one has none."""
    if not name.isascii() or not name.isalnum():
        return []
    base, span = f"/api/v1/deployments/{name}", "?from=0"
    kinds = ("", "/columns", "/versions", "/segments", "/performance", "/exceptions")
    return [base + kind + span for kind in kinds]


@pytest.mark.parametrize(
    ("scopes", "status"), [((), 401), (("unknown",), 401), (("read",), 403), (("ingest",), 422), (("admin",), 422)]
)
def test_only_keys_for_uploads_get_as_far_as_being_wrong(wire, scopes, status):
    """A caller from elsewhere: without a key nothing of the body is looked at."""
    wire.peer, mutations = "192.0.2.1", Mutations(3)
    secret = "gs_unknown" if scopes == ("unknown",) else None
    if scopes and secret is None:
        secret = wire.store.create_key("default", scopes, "test")
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    for _ in range(20):
        body, _ = mutations.bytes()
        assert wire.send(body[: len(body) // 2], encoding="identity", **headers)[0] == status


def test_a_real_collector_survives_mutations_and_torn_connections(tmp_path):
    service, mutations = Service(tmp_path / "data"), Mutations(5)
    pid, before, statuses = service.process.pid, memory(service.process.pid), set()
    for number in range(80):
        body, options = mutations.next() if number % 4 else mutations.bomb()
        headers = {"Content-Type": options.get("media_type", "application/msgpack")}
        headers["Content-Encoding"] = options.get("encoding", "gzip")
        with contextlib.suppress(httpx2.HTTPError, UnicodeEncodeError):  # headers that no client sends
            statuses.add(service.client.post("/api/v1/deltas", content=body, headers=headers).status_code)
        torn(service.url, body, mutations.chance)
    assert statuses <= TAKEN | REFUSED
    assert {413, 422} <= statuses
    assert service.answers()
    assert (service.process.poll(), memory(pid) - before < MOST_GROWTH) == (None, True)
    assert service.stop() == 0
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def torn(url, body, chance):
    """Begin an upload and hang up."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /api/v1/deltas HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body) + 9}\r\n\r\n".encode()
        connection.sendall((head + body)[: chance.randrange(len(head) + 1000)])
