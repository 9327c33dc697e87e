import hashlib
import tracemalloc

import pytest

from graphsignal_mw.middleware.body import LOOK_AT, Body, is_skipped

from .harness import ANSWER, BODY, HEADERS, JSON, START, Connection, Gateway, environ, last, request

SKIPPED = [
    b"text/event-stream",
    b"application/x-ndjson",
    b"application/jsonl",
    b"multipart/form-data; boundary=x",
    b"image/png",
    b"audio/ogg",
    b"VIDEO/mp4",
    b"application/octet-stream",
]
MIB = bytes(1024 * 1024)


def filled(limit, *chunks, headers=()):
    body = Body(limit, headers)
    for n, chunk in enumerate(chunks, start=1):
        body.add(chunk, n == len(chunks))
    return body.state, bytes(body.taken())


@pytest.mark.parametrize(
    ("chunks", "state", "kept"),
    [
        ([b"12345"], "complete", b"12345"),
        ([b"123456"], "truncated", b""),
        ([b"123", b"45"], "complete", b"12345"),
        ([b"123", b"456"], "truncated", b""),
        ([b"1", b"2", b"", b"3", b""], "complete", b"123"),
        ([b""], "complete", b""),
        ([bytearray(b"12"), memoryview(b"34")], "complete", b"1234"),
        ([b"123456", b"1"], "truncated", b""),
    ],
)
def test_a_body_is_kept_whole_or_not_at_all(chunks, state, kept):
    """Trap 26: five bytes are the limit here."""
    assert filled(5, *chunks) == (state, kept)


def test_a_buffer_that_the_app_fills_again_is_copied():
    buffer = bytearray(b"12")
    body = Body(10)
    body.add(memoryview(buffer))
    buffer[:] = b"xx"
    body.add(buffer, last=True)
    assert bytes(body.taken()) == b"12xx"


def test_a_body_in_one_piece_is_kept_by_reference():
    chunk = b"x" * 100
    body = Body(1000)
    body.add(chunk, last=True)
    assert body.taken() is chunk
    assert body.taken() == b""


@pytest.mark.parametrize("content_type", SKIPPED)
def test_streams_and_binary_are_known_by_their_type(content_type):
    """Trap 26."""
    assert is_skipped([(b"x", b"y"), (b"Content-Type", content_type)])
    assert filled(10**6, b"x", b"y", headers=[(b"content-type", content_type)]) == ("skipped", b"")


@pytest.mark.parametrize("headers", [[], [(b"content-type", b"application/json; charset=utf-8")], [JSON]])
def test_json_is_looked_at(headers):
    assert not is_skipped(headers)


def test_the_type_is_looked_at_before_much_is_kept():
    big = bytes(LOOK_AT + 1)
    assert filled(10**6, big, headers=[(b"content-type", b"image/png")]) == ("skipped", b"")
    assert filled(10**6, big, headers=[JSON]) == ("complete", big)


@pytest.mark.parametrize("content_type", [b"application/jsonlines", b"application/x-ndjson"])
def test_json_lines_are_kept_where_they_are_no_stream(content_type):
    body = Body(10**6, [(b"content-type", content_type)], lines=True)
    for chunk in (b"[1]\n", b"[2]\n"):
        body.add(chunk, last=chunk == b"[2]\n")
    assert (body.state, bytes(body.taken())) == ("complete", b"[1]\n[2]\n")


def test_a_body_that_takes_json_lines_still_skips_binary():
    body = Body(10**6, [(b"content-type", b"application/octet-stream")], lines=True)
    body.add(b"x")
    assert body.state == "skipped"


@pytest.mark.parametrize("content_type", [b"text/event-stream", b"application/json"])
def test_a_gigabyte_through_asgi_leaves_memory_flat(records, content_type):
    """Trap 26: both ways, whether the type says so or the limit."""
    count = 1024
    headers = [(b"content-type", content_type)]

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(count):
            await send({"type": "http.response.body", "body": (await receive())["body"], "more_body": True})
        await send(last(b""))

    class Endless(Connection):
        async def receive(self):
            return request(MIB, more=True)

        async def send(self, message):
            self.passed = getattr(self, "passed", 0) + len(message.get("body", b""))

    tracemalloc.start()
    try:
        connection = Endless(headers=headers).run(records.asgi(app))
        assert tracemalloc.get_traced_memory()[1] < 4 * len(MIB)
    finally:
        tracemalloc.stop()
    assert connection.passed == count * len(MIB)
    assert records.only().response_state in {"skipped", "truncated"}
    assert records.only().response_body == records.only().request_body == b""


def test_a_gigabyte_through_wsgi_leaves_memory_flat(records):
    """Trap 26."""
    count = 1024

    def app(given, start_response):
        start_response("200 OK", HEADERS)
        for _ in range(count):
            yield given["wsgi.input"].read(len(MIB))

    class Endless:
        def read(self, size):
            return MIB

    given = environ(**{"wsgi.input": Endless(), "CONTENT_LENGTH": str(count * len(MIB))})
    tracemalloc.start()
    try:
        passed = sum(map(len, records.wsgi(app)(given, Gateway().start_response)))
        assert tracemalloc.get_traced_memory()[1] < 4 * len(MIB)
    finally:
        tracemalloc.stop()
    assert passed == count * len(MIB)
    assert (records.only().response_state, records.only().request_state) == ("truncated", "truncated")


def test_truncation_never_reaches_the_app_or_the_client(records):
    """Trap 27: the digest of a large body is the same on both sides, on both ways."""
    chunks = [bytes([n]) * 100_000 for n in range(50)]
    digest = hashlib.sha256(b"".join(chunks)).digest()
    seen = hashlib.sha256()

    async def app(scope, receive, send):
        await send(START)
        more = True
        while more:
            message = await receive()
            seen.update(message["body"])
            more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"], "more_body": more})

    incoming = [request(chunk, more=True) for chunk in chunks] + [request(b"")]
    connection = Connection(*incoming).run(records.asgi(app, limit=1000))
    assert seen.digest() == hashlib.sha256(connection.body).digest() == digest
    assert (records.only().request_state, records.only().response_state) == ("truncated", "truncated")


def test_truncation_never_reaches_a_wsgi_app_or_its_client(records):
    """Trap 27."""
    whole = b"".join(bytes([n]) * 100_000 for n in range(50))

    def app(given, start_response):
        body = given["wsgi.input"].read()
        start_response("200 OK", HEADERS)
        return iter([body[:10], body[10:]])

    assert Gateway().run(records.wsgi(app, limit=1000), environ(whole)) == whole
    assert (records.only().request_state, records.only().response_state) == ("truncated", "truncated")


@pytest.mark.parametrize("limit", [0, len(BODY) - 1, len(BODY)])
def test_the_limit_is_the_one_that_was_given(records, limit):
    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send(last(ANSWER[:limit]))

    Connection().run(records.asgi(app, limit=limit))
    assert records.only().request_state == ("complete" if limit == len(BODY) else "truncated")
    assert records.only().response_state == "complete"
