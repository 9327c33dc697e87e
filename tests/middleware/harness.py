"""Both ends of a monitored app: what a server gives and takes, and the records that come out."""

import asyncio
import io
import threading

from graphsignal_mw.mapping import Endpoint, Mapper
from graphsignal_mw.middleware import ASGICapture, Router, WSGICapture

LIMIT = 1024 * 1024
BODY = b'{"x": {"a": 1}}'
ANSWER = b'{"y": 0.5}'
JSON = (b"content-type", b"application/json")
START = {"type": "http.response.start", "status": 200, "headers": [JSON]}


def router(*paths, **fields):
    """A router for endpoints with these paths, which map ``$.x`` to ``$.y``."""
    given = {"deployment": "model", "features": "$.x", "predictions": "$.y"} | fields
    return Router(Mapper(Endpoint(path=path, **given)) for path in paths or ["/predict"])


class Records(list):
    """What was submitted; ``faults`` are the defects that were told."""

    def __init__(self):
        super().__init__()
        self.faults = []
        self._changed = threading.Condition()

    def take(self, capture):
        """Take what a middleware submits, from any thread."""
        with self._changed:
            self.append(capture.finish())
            self._changed.notify_all()

    def wait(self, n):
        """Wait until there are ``n`` records."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self) >= n, 10)

    def asgi(self, app, *paths, limit=LIMIT, on_shutdown=None, **fields):
        """``app`` in an ASGI middleware that submits to these records."""
        return ASGICapture(
            app,
            router=router(*paths, **fields),
            submit=self.take,
            max_body_bytes=limit,
            on_shutdown=on_shutdown,
            fault=self.faults.append,
        )

    def wsgi(self, app, *paths, limit=LIMIT, **fields):
        """``app`` in a WSGI middleware that submits to these records."""
        return WSGICapture(
            app, router=router(*paths, **fields), submit=self.take, max_body_bytes=limit, fault=self.faults.append
        )

    def only(self):
        """The one record there is."""
        assert len(self) == 1
        return self[0]

    def mapped(self):
        """What the mapper of its endpoint makes of the one record."""
        return self.only().endpoint.map(self.only())


def request(body=BODY, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def last(body=ANSWER):
    return {"type": "http.response.body", "body": body}


class Connection:
    """A server's side of one ASGI connection: it gives ``incoming`` messages, then says that the client has left."""

    def __init__(self, *incoming, path="/predict", method="POST", **scope):
        self.scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": [JSON], **scope}
        self.incoming = list(incoming or [request()])
        self.sent = []

    async def receive(self):
        return self.incoming.pop(0) if self.incoming else {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    async def serve(self, app):
        await app(self.scope, self.receive, self.send)

    def run(self, app):
        """Serve this connection, and return it."""
        asyncio.run(self.serve(app))
        return self

    @property
    def body(self):
        return b"".join(message.get("body", b"") for message in self.sent)


async def answering(scope, receive, send):
    """An app that reads one message, and answers."""
    await receive()
    await send(START)
    await send(last())


def environ(body=BODY, path="/predict", method="POST", **more):
    """What a WSGI server gives; the body is a stream of ``body``."""
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **more,
    }


class Gateway:
    """A WSGI server's side of one request: what was started, written and returned."""

    def __init__(self):
        self.started, self.written = [], []

    def start_response(self, *args):
        self.started.append(args)
        return self.written.append

    def run(self, app, given=None):
        """Call ``app``, take all that it returns, close it; return the body."""
        result = app(environ() if given is None else given, self.start_response)
        try:
            return b"".join([*self.written, *result])
        finally:
            if hasattr(result, "close"):
                result.close()


HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))]


def returning(result, read=True):
    """A WSGI app that returns ``result``; it reads the body first."""

    def app(given, start_response):
        if read:
            given["wsgi.input"].read(int(given["CONTENT_LENGTH"]))
        start_response("200 OK", HEADERS)
        return result

    return app
