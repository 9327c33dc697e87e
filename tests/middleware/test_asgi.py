import asyncio
import contextlib
import contextvars
import time
import weakref

import pytest

from graphsignal_mw.middleware import ASGICapture

from .harness import ANSWER, BODY, JSON, START, Connection, answering, last, request, router


def test_both_bodies_and_all_there_is_to_know_are_recorded(records):
    before = time.time()
    connection = Connection().run(records.asgi(answering))
    assert connection.sent == [START, last()]
    found = records.only()
    assert (found.status, found.outcome, found.exception) == (200, "completed", None)
    assert (found.request_body, found.request_state) == (BODY, "complete")
    assert (found.response_body, found.response_state) == (ANSWER, "complete")
    assert found.request_headers == found.response_headers == (JSON,)
    assert before <= found.started_at <= time.time()
    assert 0 < found.duration < 60
    prediction = records.mapped().predictions[0]
    assert (prediction.features, prediction.outputs) == ({"a": 1}, {"prediction": 0.5})


def test_a_record_that_waits_knows_when_its_request_began():
    waiting, before = [], time.time()
    Connection().run(ASGICapture(answering, router=router(), submit=waiting.append, max_body_bytes=1000))
    ended = time.time()
    time.sleep(0.02)
    assert before - 0.001 <= waiting[0].finish().started_at <= ended + 0.001


def test_what_waits_for_the_background_thread_keeps_nothing_of_the_server():
    """Kept until then, what belongs to some hundred requests sets off the garbage collector of the app."""
    waiting, server = [], Connection()
    server.run(ASGICapture(answering, router=router(), submit=waiting.append, max_body_bytes=1000))
    gone = weakref.ref(server)
    del server
    assert (len(waiting), gone()) == (1, None)


def test_a_body_without_a_start_is_no_response(records):
    async def app(scope, receive, send):
        await send(last())

    Connection().run(records.asgi(app))
    assert (records.only().status, records.only().outcome) == (None, "aborted")


def test_what_fails_after_the_end_of_the_response_changes_nothing(records):
    async def app(scope, receive, send):
        await answering(scope, receive, send)
        with contextlib.suppress(ConnectionResetError):
            await send(last(b"more"))

    class Closed(Connection):
        async def send(self, message):
            if len(self.sent) == 2:
                raise ConnectionResetError
            await super().send(message)

    Closed().run(records.asgi(app))
    assert (records.only().outcome, records.only().response_body) == ("completed", ANSWER)


@pytest.mark.parametrize("kind", ["websocket", "lifespan", "http"])
def test_what_is_not_captured_gets_the_original_callables(records, kind):
    """Trap 2: websocket and lifespan get identical ``receive`` and ``send``; so does a path that is not configured."""
    given = []

    async def app(*args):
        given.extend(args)

    connection = Connection(type=kind, path="/other")
    scope, receive, send = connection.scope, connection.receive, connection.send
    asyncio.run(records.asgi(app)(scope, receive, send))
    assert [x is y for x, y in zip(given, (scope, receive, send), strict=True)] == [True] * 3
    assert records == []


def test_the_scope_is_the_same_object_and_stays_as_it_is(records):
    """Trap 12."""
    connection = Connection()
    before = dict(connection.scope)

    async def app(scope, receive, send):
        assert scope is connection.scope
        await answering(scope, receive, send)

    connection.run(records.asgi(app))
    assert connection.scope == before


def test_messages_without_their_optional_keys_pass(records):
    """Trap 3: a start without headers, a body without body; a request without both of its keys."""
    messages = [{"type": "http.response.start", "status": 201}, {"type": "http.response.body"}]

    async def app(scope, receive, send):
        assert await receive() == {"type": "http.request"}
        for message in messages:
            await send(message)

    connection = Connection({"type": "http.request"})
    del connection.scope["headers"]
    assert connection.run(records.asgi(app)).sent == messages
    found = records.only()
    assert (found.status, found.outcome) == (201, "completed")
    assert (found.request_state, found.request_body) == ("complete", b"")


def test_headers_that_are_a_generator_arrive_intact(records):
    """Trap 4: iterating it would leave nothing for the server."""
    start = {"type": "http.response.start", "status": 200, "headers": (pair for pair in [JSON])}

    async def app(scope, receive, send):
        await send(start)
        await send(last())

    connection = Connection(headers=(pair for pair in [JSON])).run(records.asgi(app))
    assert list(connection.sent[0]["headers"]) == list(connection.scope["headers"]) == [JSON]
    assert records.only().status == 200


def test_every_message_passes_as_the_same_object(records):
    """Trap 5: also of types that nobody has heard of."""
    kinds = ["push", "early_hint", "debug", "start", "body", "trailers", "of.tomorrow"]
    outgoing = [{"type": f"http.response.{kind}", "status": 200, "headers": []} for kind in kinds]
    incoming = [request(b"{", more=True), request(b"}"), {"type": "http.of.tomorrow"}]
    seen = []

    async def app(scope, receive, send):
        seen.extend([await receive() for _ in range(4)])
        for message in outgoing:
            await send(message)

    sent = Connection(*incoming).run(records.asgi(app)).sent
    assert [id(message) for message in sent] == list(map(id, outgoing))
    assert [id(message) for message in seen[:3]] == list(map(id, incoming))
    assert seen[3] == {"type": "http.disconnect"}


@pytest.mark.parametrize("kind", ["http.response.pathsend", "http.response.zerocopysend"])
def test_a_file_ends_the_response(records, kind):
    """Trap 5: a file is not looked at."""

    async def app(scope, receive, send):
        await send(START)
        await send({"type": kind, "path": "/tmp/x"})

    Connection().run(records.asgi(app))
    found = records.only()
    assert (found.outcome, found.response_state, found.response_body) == ("completed", "skipped", b"")


def test_an_app_that_receives_twice_gets_the_disconnect(records):
    """Trap 6: the body is teed, neither drained nor replayed."""
    seen = []

    async def app(scope, receive, send):
        seen.extend([await receive(), await receive()])
        await send(START)
        await send(last())

    connection = Connection()
    connection.run(records.asgi(app))
    assert seen == [request(), {"type": "http.disconnect"}]
    assert records.only().outcome == "aborted"


def test_nothing_is_received_that_the_app_does_not_receive(records):
    """Traps 6 and 30: an unread body is incomplete, and not parsed."""

    async def app(scope, receive, send):
        await send(START)
        await send(last())

    connection = Connection(request(b'{"x":', more=True), request(b"1}")).run(records.asgi(app))
    assert len(connection.incoming) == 2
    assert (records.only().request_state, records.only().request_body) == ("incomplete", b"")
    assert records.mapped().counters == {"unparsed.incomplete": 1}


def test_a_body_read_in_part_is_incomplete(records):
    """Trap 30."""
    connection = Connection(request(b'{"x": 1}', more=True), request(b"  ")).run(records.asgi(answering))
    assert len(connection.incoming) == 1
    assert records.only().request_state == "incomplete"


def test_chunks_are_put_together(records):
    async def app(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await send(START)
        for chunk in (b'{"y"', b"", memoryview(b": 0."), bytearray(b"5")):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send(last(b"}"))

    Connection(request(BODY[:4], more=True), request(b"", more=True), request(BODY[4:])).run(records.asgi(app))
    assert (records.only().request_body, records.only().response_body) == (BODY, ANSWER)
    assert {records.only().request_state, records.only().response_state} == {"complete"}


def test_a_contextvar_set_in_the_app_is_visible_outside(records):
    """Trap 8."""
    name = contextvars.ContextVar("name", default="outside")

    async def app(scope, receive, send):
        name.set("inside")
        await answering(scope, receive, send)

    async def main():
        await Connection().serve(records.asgi(app))
        return name.get()

    assert asyncio.run(main()) == "inside"


def test_the_clock_stops_at_the_last_byte_and_not_after_background_tasks(records):
    """Trap 9: the time that the app itself has measured until then is at least as long."""
    measured = []

    async def app(scope, receive, send):
        await answering(scope, receive, send)
        measured.append(time.perf_counter())
        await asyncio.sleep(0.02)

    began = time.perf_counter()
    Connection().run(records.asgi(app))
    assert 0 < records.only().duration <= measured[0] - began


def test_an_app_that_starts_no_response_is_aborted(records):
    """Trap 10: Django does so when the client has left."""

    async def app(scope, receive, send):
        await receive()

    Connection().run(records.asgi(app))
    assert (records.only().status, records.only().outcome) == (None, "aborted")


def test_a_response_that_never_ends_is_aborted(records):
    """Trap 30: its body is incomplete."""

    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body", "body": ANSWER, "more_body": True})

    Connection().run(records.asgi(app))
    found = records.only()
    assert (found.status, found.outcome, found.response_state, found.response_body) == (
        200,
        "aborted",
        "incomplete",
        b"",
    )


def test_requests_one_after_the_other_keep_nothing(records):
    """Trap 11: the second has neither headers nor body nor exception of the first."""

    async def app(scope, receive, send):
        if scope["fails"]:
            await send(START)
            await send(last())
            raise RuntimeError
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    monitored = records.asgi(app)
    with pytest.raises(RuntimeError):
        Connection(fails=True).run(monitored)
    Connection(fails=False).run(monitored)
    second = records[1]
    assert (second.status, second.response_headers, second.response_body, second.exception) == (204, (), b"", None)


def test_concurrent_requests_keep_their_own_data(records):
    """Trap 11: 200 at once, each one of them waiting for all the others between any two messages."""
    n = 200
    names = [str(i).encode() for i in range(n)]

    async def main():
        barrier = asyncio.Barrier(n)

        async def app(scope, receive, send):
            body = (await receive())["body"]
            await barrier.wait()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"x-name", body)]})
            await barrier.wait()
            await send(last(body))

        monitored = records.asgi(app, "/models/{name}")
        connections = [Connection(request(name), path=f"/models/{name.decode()}") for name in names]
        await asyncio.gather(*(connection.serve(monitored) for connection in connections))

    asyncio.run(main())
    assert sorted(record.request_body for record in records) == sorted(names)
    for record in records:
        assert record.request_body == record.response_body == record.params["name"].encode()
        assert record.response_headers == ((b"x-name", record.request_body),)


def test_what_the_server_raises_when_the_client_has_left_reaches_the_app(records):
    """Trap 41: and the request is aborted."""
    caught = []

    class Left(Connection):
        async def send(self, message):
            raise ConnectionResetError

    async def app(scope, receive, send):
        try:
            await send(START)
        except ConnectionResetError as error:
            caught.append(error)
            raise

    with pytest.raises(ConnectionResetError) as raised:
        Left().run(records.asgi(app))
    assert raised.value is caught[0]
    assert (records.only().outcome, records.only().exception) == ("aborted", None)


def test_the_end_of_the_lifespan_is_told_once_the_app_has_ended(records):
    """Trap 44: the last moment to upload under servers that run no atexit."""
    told = []

    async def app(scope, receive, send):
        told.append("app")

    monitored = records.asgi(app, on_shutdown=lambda: told.append("shutdown"))
    for kind in ("http", "websocket", "lifespan"):
        Connection(type=kind).run(monitored)
    assert told == ["app"] * 3 + ["shutdown"]
