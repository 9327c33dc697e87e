"""Monitored apps under real WSGI servers: wsgiref through raw sockets and its validator, Werkzeug's client."""

import contextlib
import hashlib
import io
import socket
import threading
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.validate import validator

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from .harness import ANSWER, BODY, HEADERS, Gateway, environ

TYPE = [("Content-Type", "application/json")]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

    def date_time_string(self, timestamp=None):
        return "now"


class Threaded(WSGIServer):
    """A server whose failures reach the client, not the screen."""

    def handle_error(self, request, client_address):
        pass


@contextlib.contextmanager
def served(app):
    with make_server("127.0.0.1", 0, app, Threaded, Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address
        finally:
            server.shutdown()
            thread.join()


def asked(address, path):
    with contextlib.closing(socket.create_connection(address, 10)) as connection:
        lines = [f"POST {path} HTTP/1.0", "Content-Type: application/json", f"Content-Length: {len(BODY)}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + BODY)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.startswith(b"Date:"))


def listed(given, start_response):
    start_response("200 OK", TYPE)
    return [ANSWER]


def listed_twice(given, start_response):
    start_response("200 OK", TYPE)
    return [ANSWER[:4], ANSWER[4:]]


def generated(given, start_response):
    body = given["wsgi.input"].read(int(given["CONTENT_LENGTH"]))
    start_response("200 OK", TYPE)
    yield body
    yield b""
    yield ANSWER


def written(given, start_response):
    start_response("200 OK", TYPE)(ANSWER)
    return []


def filed(given, start_response):
    start_response("200 OK", TYPE)
    return given["wsgi.file_wrapper"](io.BytesIO(ANSWER))


def failing(given, start_response):
    raise ValueError("mine")


def texted(given, start_response):
    start_response("200 OK", TYPE)
    return iter(["text"])


APPS = [listed, listed_twice, generated, written, filed, failing, texted]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_goes_over_the_wire_is_the_same_with_and_without_us(records, app, capsys):
    """Trap 14: above all Content-Length; traps 18, 19 and 24."""
    with served(app) as address:
        bare = asked(address, "/predict")
    with served(records.wsgi(app)) as address:
        assert asked(address, "/predict") == bare
    assert bare.startswith(b"HTTP/1.0 ")
    assert (app is listed) <= (b"\r\nContent-Length: 10\r\n" in bare)
    assert records.only().outcome == {failing: "failed", texted: "aborted"}.get(app, "completed")
    capsys.readouterr()


def reading(given, start_response):
    stream = given["wsgi.input"]
    found = stream.read(4) + stream.readline() + b"".join(stream.readlines()) + b"".join(stream)
    write = start_response("200 OK", [*TYPE, ("X-Digest", hashlib.sha256(found).hexdigest())])
    write(b"written ")
    return iter([b"1", b"2"])


def recalling(given, start_response):
    start_response("200 OK", TYPE)
    try:
        raise ValueError
    except ValueError as error:
        start_response("500 Oops", TYPE, (type(error), error, error.__traceback__))
    return [b"sorry"]


@pytest.mark.parametrize("app", [listed, listed_twice, generated, written, reading, recalling])
def test_both_sides_keep_to_pep_3333(records, app):
    """Trap 22: the validator stands before us as the server, and behind us as the app."""
    monitored = validator(records.wsgi(validator(app)))
    gateway = Gateway()

    def start_response(status, headers, exc_info=None):
        return gateway.start_response(status, headers)

    body = b"line 1\nline 2\nline 3"
    given = environ(body)
    result = monitored(given, start_response)
    try:
        answer = b"".join([*gateway.written, *result])
    finally:
        result.close()
    assert answer
    if app is reading:
        assert dict(gateway.started[0][1])["X-Digest"] == hashlib.sha256(body).hexdigest()
        assert records.only().request_body == body
    assert records.only().outcome == "completed"


@pytest.mark.parametrize("body", [BODY, b""])
def test_werkzeug_reads_and_answers(records, body):
    @Request.application
    def app(request):
        return Response(iter([request.get_data()]), mimetype="application/json")

    answer = Client(records.wsgi(app)).post("/predict", data=body, content_type="application/json")
    assert answer.data == body
    assert (records.only().request_body, records.only().response_body) == (body, body)
    answer.close()


def test_a_mounted_monitored_app_in_a_monitored_app_is_one_record(records):
    """Traps 32 and 36."""

    @Request.application
    def nothing(request):
        return Response(status=404)

    inner = records.wsgi(listed, "/predict")
    mounted = DispatcherMiddleware(nothing, {"/api": inner})
    assert Client(mounted).post("/api/predict").data == ANSWER
    assert Client(records.wsgi(mounted, "/api/predict")).post("/api/predict").data == ANSWER
    assert [record.endpoint.path for record in records] == ["/predict", "/api/predict"]


def test_headers_of_the_answer_are_the_ones_of_the_app(records):
    """Trap 19: the same list, with which the server may do as it pleases."""
    given = []

    def app(asked, start_response):
        start_response("200 OK", HEADERS)
        return [ANSWER]

    records.wsgi(app)(environ(), lambda status, headers: given.append(headers))
    assert given[0] is HEADERS
