"""Uploads as an attacker, or a broken client, would send them; and the ingest app that gets them in this process."""

import asyncio
import copy
import gzip
import json
from base64 import b64encode

import msgspec
from wire.sample import window

from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.store import Store
from graphsignal_mw.wire import CONTENT_TYPE, encode, stats_to_part
from graphsignal_mw.wire.schema import SCHEMA_VERSION, Envelope

PATH = "/api/v1/deltas"
JSON_TYPE = "application/json"
ODD = (
    None, True, False, 0, -1, 1, 2**31, 2**62, 2**63, 2**64 - 1, 0.0, -0.0, 1e308, float("nan"), float("inf"), "", "a",
    "\x00", "x" * 251, "x" * 5000, "\u202e\U0001f600", b"", b"\x00", bytes(8), bytes(range(256)), [], [[]], {}, {"": 0},
    {"a": {"b": []}}, [None] * 2000, {str(i): i for i in range(1200)},
)  # fmt: skip


def original(now):
    """An upload with something of everything, as a mapping."""
    large = window()
    large.features.update({"amount": [float(i) for i in range(3000)], "plan": ["a", "b", "c"] * 1000})
    bucket = int(now) // 300 * 300
    parts = [stats_to_part(name, "1", bucket, stats) for name, stats in (("fraud", large), ("other", window()))]
    envelope = Envelope(SCHEMA_VERSION, "boot-0001", 0, now, 300, parts, "fuzz/1")
    return msgspec.msgpack.decode(gzip.decompress(encode(envelope)))


def places(found):
    """Every container inside ``found``, and every key or index in it."""
    inner = found.items() if isinstance(found, dict) else enumerate(found)
    for key, value in list(inner):
        yield found, key
        if isinstance(value, dict | list):
            yield from places(value)


def bent(document, chance):
    """Change a few values of ``document``, in place."""
    for container, key in chance.sample(list(places(document)), chance.randint(1, 3)):
        if key not in (container if isinstance(container, dict) else range(len(container))):
            continue
        kind = chance.randrange(6)
        if kind == 0:
            del container[key]
        elif kind == 1 and isinstance(container, dict):
            container[chance.choice(["", "new", "\x00", "x" * 300, key * 2])] = container.pop(key)
        elif kind == 2 and isinstance(container[key], bytes):
            container[key] = mangled(container[key], chance)
        elif kind == 3 and isinstance(container[key], int | float):
            container[key] = chance.choice([-1, 2, 10**9, 0.5]) * container[key] + chance.choice([-1, 0, 1])
        else:
            container[key] = copy.deepcopy(chance.choice(ODD))
    return document


def mangled(data, chance):
    """``data`` with a few bytes changed, cut, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            changed[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del changed[at : at + chance.randint(1, 30)]
        elif kind == 2:
            changed[at:at] = chance.randbytes(chance.randint(1, 8))
        else:
            changed[at:at] = changed[at : at + chance.randint(1, 60)]
    return bytes(changed)


def sketches_mangled(document, chance):
    """Change bytes of the sketches alone, in place: everything around them stays valid."""
    found = [(container, key) for container, key in places(document) if isinstance(container[key], bytes)]
    for container, key in chance.sample(found, 2):
        container[key] = mangled(container[key], chance)
    return document


def as_json(document):
    """The same in JSON, bytes in base64; what JSON has no word for is written as Python does."""
    return json.dumps(document, default=lambda data: b64encode(data).decode()).encode()


class Wire:
    """Calls a collector of its own over and over in one event loop; ``send`` returns status, headers and body."""

    def __init__(self, folder, peer="127.0.0.1"):
        self.store = Store.open(folder)
        self.app = create_app(ServerSettings(data_dir=folder), self.store)
        self.peer, self.loop = peer, asyncio.new_event_loop()

    def send(self, body, media_type=CONTENT_TYPE, encoding="gzip", **headers):
        named = {"host": "localhost", "content-type": media_type, "content-encoding": encoding, **headers}
        return self.call("POST", PATH, body, named)

    def call(self, method, path, body=b"", headers=None):
        sent = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in (headers or {"host": "localhost"}).items()]
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": sent,
            "client": (self.peer, 40_000), "server": ("localhost", 8900),
        }  # fmt: skip
        return self.loop.run_until_complete(self._call(scope, body))

    async def _call(self, scope, body):
        arriving, answered = [{"type": "http.request", "body": body, "more_body": False}], []

        async def receive():
            return arriving.pop() if arriving else {"type": "http.disconnect"}

        async def send(message):
            answered.append(message)

        await self.app(scope, receive, send)
        start, *rest = answered
        return start["status"], dict(start["headers"]), b"".join(message.get("body", b"") for message in rest)

    def close(self):
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.store.close()
