"""Monitored apps under a real uvicorn, spoken to through real sockets."""

import asyncio
import contextlib
import json
import socket
import threading

import pytest
import uvicorn

from .harness import ANSWER, BODY, START, answering, last

TIMEOUT = 10


class Server(uvicorn.Server):
    """A server in a thread of its own; ``until`` waits for what happens in it."""

    def __init__(self, app, **options):
        self.socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(uvicorn.Config(app, log_config=None, **options))
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=([self.socket],))

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.ready.set()

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(TIMEOUT)
        return self

    def __exit__(self, *_):
        self.should_exit = True
        self.thread.join(TIMEOUT)
        self.socket.close()
        assert not self.thread.is_alive()

    def connect(self):
        return contextlib.closing(socket.create_connection(self.socket.getsockname(), TIMEOUT))


def head(path="/predict", *headers):
    return "\r\n".join(
        [f"POST {path} HTTP/1.1", "Host: test", "Content-Type: application/json", *headers, "", ""]
    ).encode()


def everything(connection):
    """All that the server sends until it closes."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


http = pytest.mark.parametrize("http", ["h11", "httptools"])


@http
def test_a_chunked_upload_that_is_answered_while_it_comes_keeps_every_byte(records, http):
    """Trap 7: the client sends the next chunk only when it has the answer to the one before."""

    async def echo(scope, receive, send):
        await send(START)
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"], "more_body": more})

    chunks = [BODY[:5], BODY[5:6], BODY[6:]]
    with Server(records.asgi(echo), http=http) as server, server.connect() as connection:
        connection.sendall(head("/predict", "Transfer-Encoding: chunked", "Connection: close"))
        received = b""
        for chunk in chunks:
            connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            while not received.endswith(chunk + b"\r\n"):
                received += connection.recv(65_536)
        connection.sendall(b"0\r\n\r\n")
        everything(connection)
        records.wait(1)
    assert (records.only().request_body, records.only().response_body) == (BODY, BODY)
    assert records.only().outcome == "completed"


@http
def test_a_client_that_leaves_in_the_middle_of_its_upload(records, http):
    """Traps 6, 10 and 30: the app gets the disconnect; the request is aborted, and its body not parsed."""
    seen = []

    async def app(scope, receive, send):
        while (message := await receive())["type"] != "http.disconnect":
            seen.append(message["body"])

    with Server(records.asgi(app), http=http) as server:
        with server.connect() as connection:
            connection.sendall(head("/predict", "Content-Length: 100") + BODY)
        records.wait(1)
    assert b"".join(seen) == BODY
    found = records.only()
    assert (found.status, found.outcome, found.request_state, found.request_body) == (
        None,
        "aborted",
        "incomplete",
        b"",
    )


@http
def test_a_client_that_leaves_in_the_middle_of_the_answer(records, http):
    """Trap 41: aborted, whether the app notices or not."""

    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        await send(last())

    with Server(records.asgi(app), http=http) as server:
        with server.connect() as connection:
            connection.sendall(head("/predict", f"Content-Length: {len(BODY)}") + BODY)
            while b"x" not in connection.recv(65_536)[-10:]:
                pass
        records.wait(1)
    assert (records.only().status, records.only().outcome, records.only().exception) == (200, "aborted", None)


@http
def test_pipelined_requests_are_recorded_while_background_tasks_run(records, http):
    """Trap 36: the second request starts in the context of the first, which has been answered and is not over."""
    over = threading.Event()

    async def app(scope, receive, send):
        await answering(scope, receive, send)
        if scope["path"] == "/first":
            await asyncio.to_thread(over.wait, TIMEOUT)

    one = head("/first", f"Content-Length: {len(BODY)}") + BODY
    two = head("/second", f"Content-Length: {len(BODY)}", "Connection: close") + BODY
    with (
        Server(records.asgi(app, "/first", "/second"), http=http) as server,
        server.connect() as connection,
    ):
        connection.sendall(one + two)
        assert everything(connection).count(ANSWER) == 2
        records.wait(1)
        over.set()
        records.wait(2)
    assert [record.endpoint.path for record in records] == ["/second", "/first"]


@http
def test_what_goes_over_the_wire_is_the_same_with_and_without_us(records, http):
    """Head and bytes of answers: of known length, chunked, empty, failed before and after the start."""

    async def app(scope, receive, send):
        body = (await receive())["body"]
        length = [(b"content-length", b"10")] if scope["path"] in {"/known", "/late"} else []
        if scope["path"] == "/early":
            raise ValueError
        await send(
            {"type": "http.response.start", "status": 204 if scope["path"] == "/empty" else 200, "headers": length}
        )
        if scope["path"] == "/late":
            raise ValueError
        more = {"known": [ANSWER], "chunked": [b"1", body, b""], "empty": [b""]}[scope["path"][1:]]
        for n, chunk in enumerate(more, start=1):
            await send({"type": "http.response.body", "body": chunk, "more_body": n < len(more)})

    paths = ("/known", "/chunked", "/empty", "/early", "/late")
    options = {"http": http, "date_header": False}
    answers = []
    for served in (app, records.asgi(app, *paths)):
        with Server(served, **options) as server:
            for path in paths:
                with server.connect() as connection:
                    connection.sendall(head(path, f"Content-Length: {len(BODY)}", "Connection: close") + BODY)
                    answers.append(everything(connection))
    records.wait(5)
    assert answers[:5] == answers[5:]
    assert [record.outcome for record in records] == ["completed"] * 3 + ["failed"] * 2
    assert [record.status for record in records] == [200, 200, 204, None, 200]


def test_the_lifespan_is_the_one_of_the_app(records):
    """Traps 2 and 44: state, startup and shutdown work, and the end of it is told."""
    told = []

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            scope["state"]["model"] = "loaded"
            for kind in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{kind}"
                told.append(kind)
                await send({"type": f"lifespan.{kind}.complete"})
            return
        await receive()
        await send(START)
        await send(last(json.dumps(scope["state"]).encode()))

    served = records.asgi(app, on_shutdown=lambda: told.append("told"))
    with Server(served, lifespan="on") as server, server.connect() as connection:
        connection.sendall(head("/predict", f"Content-Length: {len(BODY)}", "Connection: close") + BODY)
        assert b'{"model": "loaded"}' in everything(connection)
    assert told == ["startup", "shutdown", "told"]


def test_uvicorn_takes_the_middleware_for_asgi_3(records):
    """Trap 1."""
    config = uvicorn.Config(records.asgi(answering), log_config=None)
    config.load()
    assert config.interface == "asgi3"
