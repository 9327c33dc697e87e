"""A rude client: many connections, random bodies, disconnects at every place."""

import asyncio
import contextlib
import gzip
import json
import random

DEEP = b'{"features": ' + b"[" * 5000 + b"]" * 5000 + b"}"
BOMB = gzip.compress(b'{"features": {"x": "' + b"0" * 20_000_000 + b'"}}')


def features(chance, padding=0):
    plan, more = chance.choice(["basic", "pro", None]), {"note": "x" * padding} if padding else {}
    return json.dumps({"features": {"x": chance.gauss(0, 1), "n": chance.randrange(9), "plan": plan, **more}}).encode()


def plain(body, wish="none", **headers):
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Wish: {wish}\r\n"
        f"{named}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def chunked(chance, body):
    head, _, _ = plain(b"").rpartition(b"Content-Length")
    cuts = sorted(chance.sample(range(1, len(body)), 3))
    pieces = [body[i:j] for i, j in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    return (
        head
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
        + b"0\r\n\r\n"
    )


WISHES = {
    "valid": lambda chance: plain(features(chance)),
    "chunked": lambda chance: chunked(chance, features(chance)),
    "gzip": lambda chance: plain(gzip.compress(features(chance), 1), content_encoding="gzip"),
    "invalid": lambda chance: plain(features(chance)[: chance.randrange(20)]),
    "random": lambda chance: plain(chance.randbytes(chance.randrange(2000))),
    "deep": lambda chance: plain(DEEP),
    "huge": lambda chance: plain(features(chance, chance.randrange(50_000, 200_000))),
    "bomb": lambda chance: plain(BOMB, "ignored", content_encoding="gzip"),
    "unread": lambda chance: plain(features(chance), "unread"),
    "raise": lambda chance: plain(features(chance), "raise"),
    "stream": lambda chance: plain(features(chance), "stream"),
}
OFTEN = {"valid": 12, "chunked": 4, "gzip": 4, "huge": 1, "bomb": 1, "deep": 1, "stream": 1}
MANNERS = ("complete",) * 12 + ("half a request", "no answer", "half an answer")


class Client:
    """Sends ``n`` requests over ``connections`` connections; the same seed sends the same."""

    def __init__(self, port, n, connections=64, seed=1):
        self.port, self.connections = port, connections
        self.chance = random.Random(seed)
        self.left = n

    def run(self):
        asyncio.run(self._all())

    async def _all(self):
        await asyncio.gather(*(self._connection() for _ in range(self.connections)))

    async def _connection(self):
        streams = None
        while self.left > 0:
            self.left -= 1
            streams = streams or await asyncio.open_connection("127.0.0.1", self.port)
            if not await self._request(*streams):
                await close(streams[1])
                streams = None
        if streams:
            await close(streams[1])

    async def _request(self, reader, writer):
        """Send one request; return whether the connection may be used again."""
        chance = self.chance
        wish = chance.choices(list(WISHES), [OFTEN.get(name, 2) for name in WISHES])[0]
        data, manner = WISHES[wish](chance), chance.choice(MANNERS)
        try:
            if manner == "half a request":
                writer.write(data[: chance.randrange(len(data))])
                await writer.drain()
                return False
            writer.write(data)
            await writer.drain()
            if manner == "no answer":
                return False
            head = await reader.readuntil(b"\r\n\r\n")
            if manner == "half an answer":
                await reader.read(10)
                return False
            return await read_body(reader, head.lower())
        except (OSError, asyncio.IncompleteReadError):
            return False


async def read_body(reader, head):
    if b"content-length: " in head:
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
    elif b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        return False
    return b"connection: close" not in head


async def close(writer):
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
