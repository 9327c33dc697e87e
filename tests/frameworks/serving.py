"""A server's side of one request, for ASGI and WSGI: everything that a client or an operator can see of it."""

import asyncio
import io
import logging
from dataclasses import dataclass, field

from middleware.harness import Gateway, environ

LATER = []  # what ran after the response: background tasks, and closed bodies


@dataclass
class Answer:
    """What was sent, in the chunks that it was sent in; the exception that came out; what was logged; what ran later.

    ``start`` is what the server was told of the response's beginning: status, headers, and what else there was.
    """

    start: list = field(default_factory=list)
    chunks: list = field(default_factory=list)
    error: tuple | None = None
    logged: list = field(default_factory=list)
    later: list = field(default_factory=list)

    @property
    def status(self):
        return int(str(self.start[0][0])[:3]) if self.start else None

    @property
    def body(self):
        return b"".join(chunk[0] if isinstance(chunk, tuple) else chunk for chunk in self.chunks)


@dataclass(frozen=True)
class Request:
    """A request; ``body`` comes in pieces where the server can do that."""

    method: str
    path: str
    body: bytes = b""
    kind: str = "application/json"


def ask(app, request):
    """Serve one request with ``app``, from the server's start to its end; return all that could be seen of it."""
    answer, log = Answer(), _Log()
    LATER.clear()
    logging.getLogger().addHandler(log)
    try:
        (_asgi if _is_asgi(app) else _wsgi)(app, request, answer)
    finally:
        logging.getLogger().removeHandler(log)
    answer.logged += log.lines
    answer.later = list(LATER)
    return answer


class _Log(logging.Handler):
    """What a framework logs; not what we say."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.lines = []

    def emit(self, record):
        if record.name == "graphsignal_mw":
            return
        error = record.exc_info and record.exc_info[1]
        self.lines.append((record.name, record.levelname, record.getMessage(), error and repr(error)))


def _is_asgi(app):
    return asyncio.iscoroutinefunction(app.__call__)


def _asgi(app, request, answer):
    asyncio.run(_lifespan(app, lambda: _connection(app, request, answer)))


async def _lifespan(app, serve):
    """Serve between the start and the end of the app, if it knows of them, as servers do."""
    wanted, told = asyncio.Queue(), asyncio.Queue()
    wanted.put_nowait({"type": "lifespan.startup"})
    state = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.create_task(app(state, wanted.get, told.put))
    started = asyncio.create_task(told.get())
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    assert not started.done() or started.result()["type"] == "lifespan.startup.complete"
    await serve()
    wanted.put_nowait({"type": "lifespan.shutdown"})
    started.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _connection(app, request, answer):
    ended, half = asyncio.Event(), len(request.body) // 2
    incoming = [request.body[:half], request.body[half:]]

    async def receive():
        if incoming:
            return {"type": "http.request", "body": incoming.pop(0), "more_body": bool(incoming)}
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            answer.start.append((message["status"], _steady(headers)))
        else:
            answer.chunks.append((bytes(message.get("body", b"")), message.get("more_body", False), message["type"]))
            if not message.get("more_body"):
                ended.set()

    headers = [(b"host", b"test"), (b"content-type", request.kind.encode())]
    if request.body:
        headers.append((b"content-length", str(len(request.body)).encode()))
    scope = {"type": "http", "method": request.method, "path": request.path, "raw_path": request.path.encode()}
    scope |= {"query_string": b"", "headers": headers, "root_path": "", "scheme": "http", "http_version": "1.1"}
    scope |= {"asgi": {"version": "3.0", "spec_version": "2.3"}, "client": ("127.0.0.1", 1), "server": ("test", 80)}
    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001 - what comes out is what is compared
        answer.error = _told(error)
    finally:
        ended.set()


def _wsgi(app, request, answer):
    more = {"CONTENT_TYPE": request.kind, "wsgi.errors": io.StringIO(), "HTTP_HOST": "test"}
    given = environ(request.body, request.path, request.method, **more)
    gateway, result = Gateway(), ()

    def start(status, headers, exc_info=None):
        answer.start.append((status, _steady(headers), exc_info and repr(exc_info[1])))
        return gateway.start_response(status, headers)

    try:
        result = app(given, start)
        answer.start.append(isinstance(result, (list, tuple)))  # servers send the length of one that is short
        answer.chunks += result
    except Exception as error:  # noqa: BLE001 - what comes out is what is compared
        answer.error = _told(error)
    finally:
        if hasattr(result, "close"):
            result.close()
    answer.logged += given["wsgi.errors"].getvalue().splitlines()


def _told(error):
    return (type(error), str(error), repr(error.__cause__))


def _steady(headers):
    return [(name, value) for name, value in headers if name.lower() not in (b"date", "date")]
