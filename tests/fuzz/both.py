"""The same request, given to an app without us and to the same app with us: what the server sees of each."""

import asyncio
import io

from middleware.harness import Records, environ

ANY = "/{path:path}"
UNSEEN = {"HEAD", "OPTIONS"}  # have no bodies, and are no predictions


def what_asgi_sees(app, request):
    """Return all that passed, in order: messages received and sent, and the exception."""
    seen, last = [], len(request.chunks) - 1
    incoming = [
        {"type": "http.request", "body": piece, "more_body": n < last} for n, piece in enumerate(request.chunks)
    ]
    if request.leaves:
        incoming[last] = {"type": "http.disconnect"}

    async def receive():
        message = incoming.pop(0) if incoming else {"type": "http.disconnect"}
        seen.append(("received", message))
        return message

    async def send(message):
        seen.append(("sent", dict(message)))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    try:
        asyncio.run(app(scope, receive, send))
    except Exception as error:  # noqa: BLE001 - whatever comes out is compared
        seen.append(("raised", type(error), str(error)))
    return seen


class Input(io.BytesIO):
    """``wsgi.input`` that tells how it is read; a client that leaves is an error in the middle of the body."""

    def __init__(self, request, seen):
        super().__init__(b"".join(request.chunks))
        self.left = len(b"".join(request.chunks[:-1])) if request.leaves else None
        self.seen = seen

    def read(self, size=-1):
        return self._told("read", size, super().read(size))

    def readline(self, size=-1):
        return self._told("readline", size, super().readline(size))

    def _told(self, how, size, piece):
        self.seen.append((how, size, piece))
        if self.left is not None and self.tell() > self.left:
            raise ConnectionResetError("the client has left")
        return piece


def what_wsgi_sees(app, request):
    """Return all that passed: reads of the body, the start, the body, and the exception."""
    seen, started = [], []

    def start_response(*args):
        started.append(args)
        return lambda data: seen.append(("written", data))

    given = environ(
        path=request.path.encode().decode("latin-1"),
        method=request.method,
        CONTENT_LENGTH=str(sum(map(len, request.chunks))),
        **{
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers if name != "content-type"
        },
    )
    given["wsgi.input"] = Input(request, seen)
    given["CONTENT_TYPE"] = next((value for name, value in request.headers if name == "content-type"), "text/plain")
    try:
        result = app(given, start_response)
        try:
            seen.extend(("piece", piece) for piece in result)
        finally:
            if hasattr(result, "close"):
                result.close()
    except Exception as error:  # noqa: BLE001 - whatever comes out is compared
        seen.append(("raised", type(error), str(error)))
    return [*seen, *started]


def same(way, make, request):
    """Assert that with us all is as without us; and that what was captured can be mapped."""
    records = Records()
    wrap, see = (records.asgi, what_asgi_sees) if way == "asgi" else (records.wsgi, what_wsgi_sees)
    wrapped = wrap(make(), ANY, methods=[request.method], features="$", predictions="$")
    assert see(wrapped, request) == see(make(), request)
    assert records.faults == []
    assert len(records) == (request.method not in UNSEEN)
    for record in records:
        assert record.endpoint.map(record).deployment == "model"
