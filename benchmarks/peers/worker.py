"""One variant in a process of its own: for each line on standard input it serves some requests, and says their cost.

    python worker.py starlette "ours, capture of both bodies" 2000

The cost is CPU time of the serving thread in µs a request: other threads and processes do not change it. Of ours it is
what is added to the very app that it stands before: two processes of one app differ by more than that. Most peers patch
their framework, so that no app of their process is bare. What the background thread does to requests is in the tail: it
rests while they are counted here.
"""

import asyncio
import io
import json
import logging
import sys
import time

from apps import ANSWER, PATH, VARIANTS

PARTS = 4  # of a round: what is captured in one of them, warm-up included, fits into the queue
WARM_UP = 50  # requests: an interpreter that has just seen the other app is slower
REST = 0.03  # seconds without records, after which the background thread looks seldom
BODY = json.dumps({f"feature_{n}": n * 1.5 for n in range(10)}).encode()
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"user-agent", b"bench/1"),
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"accept", b"*/*"),
]


async def asgi_requests(app, n):
    async def receive():
        return {"type": "http.request", "body": BODY, "more_body": False}

    size = 0

    async def send(message):
        nonlocal size
        size += len(message.get("body", b""))

    before = time.thread_time()
    for _ in range(n):
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "",
            "headers": HEADERS, "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8000), "state": {},
        }  # fmt: skip
        await app(scope, receive, send)
    cost = time.thread_time() - before
    assert size == n * len(ANSWER)
    return cost


def wsgi_requests(app, n):
    size = 0
    before = time.thread_time()
    for _ in range(n):
        environ = {
            "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": PATH, "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000", "HTTP_USER_AGENT": "bench/1", "HTTP_ACCEPT": "*/*",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(BODY)), "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(BODY),
            "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        result = app(environ, lambda *_: None)
        for chunk in result:
            size += len(chunk)
        if hasattr(result, "close"):
            result.close()
    cost = time.thread_time() - before
    assert size == n * len(ANSWER)
    return cost


def drain():
    """Wait until what was captured has been taken in, and the background thread rests. Nothing may be lost."""
    import graphsignal_mw

    while graphsignal_mw.stats().get("queued"):
        time.sleep(0.01)
    time.sleep(REST)
    lost = {name: n for name, n in graphsignal_mw.stats().items() if name.startswith("dropped") and n}
    assert not lost, lost


def cost_of(app, framework, n, loop):
    """Return seconds of CPU for ``n`` requests."""
    return loop.run_until_complete(asgi_requests(app, n)) if framework == "starlette" else wsgi_requests(app, n)


def added(app, framework, n, loop):
    """Return what ours adds to its app: one after the other, each when it has warmed up."""
    drain()
    costs = []
    for each in (app.app, app):
        cost_of(each, framework, WARM_UP, loop)
        costs.append(cost_of(each, framework, n, loop))
    return costs[1] - costs[0]


def main():
    framework, name, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    logging.disable()  # an exporter without a collector complains
    app, loop = VARIANTS[framework][name](), asyncio.new_event_loop()
    measure = added if name.startswith("ours") else cost_of
    for _ in sys.stdin:
        costs = [measure(app, framework, n, loop) for _ in range(PARTS + 1)]
        print(sum(costs[1:]) / PARTS / n * 1e6, flush=True)  # the first warms the caches, which other variants fill


if __name__ == "__main__":
    main()
