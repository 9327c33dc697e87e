import io
from wsgiref.util import setup_testing_defaults

import pytest

from graphsignal_mw.middleware import WSGICapture
from graphsignal_mw.middleware.body import LOOK_AT

from .harness import ANSWER, HEADERS, Gateway, environ, returning, router

LINES = b'{"x":\n {"a": 1}\n}'
CHUNKED = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}


def read_by(records, reading, body=LINES, **more):
    """What ``reading(stream)`` returns in an app, and the record."""
    returned = []

    def app(given, start_response):
        returned.append(reading(given["wsgi.input"]))
        start_response("200 OK", HEADERS)
        return [ANSWER]

    Gateway().run(records.wsgi(app), environ(body, **more))
    return returned[0], records.only()


def until_empty(read):
    return b"".join(iter(read, b""))


def into(read, size):
    buffer = bytearray(size)
    return bytes(buffer[: read(buffer)])


WAYS = {
    "read()": lambda stream: stream.read(),
    "read(-1)": lambda stream: stream.read(-1),
    "read(None)": lambda stream: stream.read(None),
    "read(n)": lambda stream: stream.read(len(LINES)) + stream.read(1),
    "read(3), read(0), ...": lambda stream: until_empty(lambda: stream.read(0) + stream.read(3) + stream.read(0)),
    "readline()": lambda stream: until_empty(stream.readline),
    "readline(n)": lambda stream: until_empty(lambda: stream.readline(0) + stream.readline(4)),
    "readlines()": lambda stream: b"".join(stream.readlines()),
    "readlines(n)": lambda stream: b"".join(stream.readlines(3) + stream.readlines() + stream.readlines()),
    "for line": lambda stream: b"".join(list(stream)),
    "readinto(buffer)": lambda stream: until_empty(lambda: into(stream.readinto, 0) + into(stream.readinto, 5)),
    "readinto(just enough)": lambda stream: into(stream.readinto, len(LINES)) + into(stream.readinto, 1),
    "readinto(more than enough)": lambda stream: into(stream.readinto, 100) + into(stream.readinto, 1),
    "readinto1(buffer)": lambda stream: until_empty(lambda: into(stream.readinto1, 5)),
    "readinto, read": lambda stream: into(stream.readinto, 4) + stream.read(),
    "readline, read": lambda stream: stream.readline() + stream.read(2) + stream.read(),
}


@pytest.mark.parametrize("more", [{}, CHUNKED, {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}])
@pytest.mark.parametrize("way", WAYS)
def test_what_the_app_reads_is_kept_however_it_reads(records, way, more):
    """Trap 22: all methods, all arguments; with a length and without one."""
    returned, found = read_by(records, WAYS[way], **more)
    assert returned == LINES
    assert (found.request_state, found.request_body) == ("complete", LINES)


@pytest.mark.parametrize(("kind", "state"), [("image/png", "skipped"), ("application/json", "complete")])
@pytest.mark.parametrize("way", ["read()", "readinto(all)"])
def test_a_large_body_is_looked_at_before_it_is_kept(records, way, kind, state):
    body = b"[" + b" " * LOOK_AT + b"]"
    reading = WAYS.get(way, lambda stream: into(stream.readinto, len(body)))
    _, found = read_by(records, reading, body, CONTENT_TYPE=kind)
    assert (found.request_state, found.request_body) == (state, body if state == "complete" else b"")


def test_reading_by_keyword_passes_on(records):
    class Stream(io.BytesIO):
        def read(self, size=-1):
            return super().read(size)

    returned, found = read_by(records, lambda s: s.read(size=4) + s.read(), **{"wsgi.input": Stream(LINES)})
    assert returned == found.request_body == LINES


def test_next_passes_on(records):
    returned, found = read_by(records, lambda stream: b"".join([next(stream), next(stream), next(stream)]))
    assert returned == found.request_body == LINES


@pytest.mark.parametrize("way", ["read()", "read(n)", "readinto(just enough)"])
def test_what_is_read_after_the_record_was_handed_over_is_no_part_of_it(way):
    waiting, given = [], environ(LINES)
    app = WSGICapture(returning([ANSWER], read=False), router=router(), submit=waiting.append, max_body_bytes=1000)
    Gateway().run(app, given)
    assert WAYS[way](given["wsgi.input"]) == LINES
    found = waiting[0].finish()
    assert (found.request_state, found.request_body) == ("incomplete", b"")


@pytest.mark.parametrize("more", [{}, CHUNKED])
def test_a_body_read_in_part_is_incomplete(records, more):
    """Trap 30."""
    _, found = read_by(records, lambda stream: stream.read(5), **more)
    assert (found.request_state, found.request_body) == ("incomplete", b"")


def test_a_body_that_is_shorter_than_it_says_is_incomplete(records):
    """Trap 30: the client has left."""
    returned, found = read_by(records, lambda stream: stream.read(), CONTENT_LENGTH="100")
    assert returned == LINES
    assert found.request_state == "incomplete"


@pytest.mark.parametrize("more", [{}, CHUNKED])
@pytest.mark.parametrize(
    "moving",
    [
        lambda stream: stream.read(2) + bytes(stream.seek(0)) + stream.read(),
        lambda stream: stream.read1(4) + stream.read(),
    ],
)
def test_capture_stops_where_the_app_reads_past_it(records, moving, more):
    """Trap 22: half a body must not be taken for a whole one."""
    _, found = read_by(records, moving, **more)
    assert (found.request_state, found.request_body) == ("incomplete", b"")


def test_everything_else_is_the_original(records):
    """Trap 22."""
    stream = io.BytesIO(LINES)
    stream.name = "mine"
    returned, _ = read_by(
        records, lambda s: (s.name, s.tell(), s.getvalue(), hasattr(s, "nothing")), **{"wsgi.input": stream}
    )
    assert returned == ("mine", 0, LINES, False)


def test_what_reading_raises_comes_out(records):
    class Broken:
        def read(self, *args):
            raise TimeoutError("slow client")

    with pytest.raises(TimeoutError, match="slow client"):
        read_by(records, lambda stream: stream.read(), **{"wsgi.input": Broken()})
    assert records.only().exception.type == "TimeoutError"


def test_a_request_without_a_body_is_complete(records):
    """Trap 31."""
    given = {}
    setup_testing_defaults(given)

    def app(environ, start_response):
        start_response("200 OK", HEADERS)
        return [ANSWER]

    Gateway().run(records.wsgi(app, methods=("GET",)), given | {"PATH_INFO": "/predict"})
    assert (records.only().request_state, records.only().request_body) == ("complete", b"")


def test_text_from_a_stream_is_left_alone(records):
    returned, found = read_by(records, lambda stream: stream.read(), **{"wsgi.input": io.StringIO("text")})
    assert returned == "text"
    assert found.request_state == "incomplete"


def test_who_asks_for_the_class_of_the_stream_hears_the_same_as_without_us(records):
    class Buffer(io.BytesIO):
        """The stream of some server."""

    def kinds(stream):
        return isinstance(stream, Buffer), isinstance(stream, io.BufferedIOBase), isinstance(stream, str), stream.read()

    def app(given, start_response):
        found.append(kinds(given["wsgi.input"]))
        start_response("200 OK", HEADERS)
        return [ANSWER]

    found = []
    for served in (app, records.wsgi(app)):
        Gateway().run(served, {**environ(LINES), "wsgi.input": Buffer(LINES)})
    assert found == [(True, True, False, LINES)] * 2
    assert records.only().request_body == LINES
