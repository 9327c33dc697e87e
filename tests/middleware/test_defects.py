"""A defect of ours costs a record, counted, and never a request."""

import pytest

from graphsignal_mw.middleware import ASGICapture, WSGICapture

from .harness import ANSWER, START, Connection, Gateway, answering, environ, last, returning, router


class BrokenError(Exception):
    """What our own parts raise here: the failure is fake, the rest is real."""


class BrokenRouter:
    literals, has_patterns = {}, True

    def match(self, method, path):
        raise BrokenError


def broken(*_):
    raise BrokenError


@pytest.fixture
def told():
    return []


def parts(kind, told, submitted):
    """Arguments of a middleware of which one part is broken."""
    return {
        "router": BrokenRouter() if kind == "router" else router(),
        "submit": broken if kind == "submit" else submitted.append,
        "max_body_bytes": 1000,
        "fault": broken if kind == "fault" else told.append,
    }


@pytest.mark.parametrize("kind", ["router", "submit"])
def test_an_asgi_request_survives_and_the_defect_is_told(told, kind):
    submitted = []
    connection = Connection().run(ASGICapture(answering, **parts(kind, told, submitted)))
    assert connection.sent == [START, last()]
    assert [type(error) for error in told] == [BrokenError]
    assert submitted == []


@pytest.mark.parametrize("kind", ["router", "submit"])
@pytest.mark.parametrize("wrapped", [list, iter])
def test_a_wsgi_request_survives_and_the_defect_is_told(told, kind, wrapped):
    submitted = []
    app = WSGICapture(returning(wrapped([ANSWER])), **parts(kind, told, submitted))
    assert Gateway().run(app) == ANSWER
    assert [type(error) for error in told] == [BrokenError]
    assert submitted == []


@pytest.mark.parametrize("fault", [broken, None])
def test_a_defect_that_cannot_be_told_costs_nothing(fault):
    arguments = {"router": router(), "submit": broken, "max_body_bytes": 1000, "fault": fault}
    assert Connection().run(ASGICapture(answering, **arguments)).body == ANSWER
    assert Gateway().run(WSGICapture(returning([ANSWER]), **arguments)) == ANSWER


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "http.response.body", "body": None},
        {"type": "http.response.body", "body": 5},
        {"type": "http.response.body", "body": b"x" * 70_000},
    ],
)
def test_a_message_that_we_do_not_understand_passes(records, message):
    """Trap 3: what the server makes of it is the server's business."""
    start = {"type": "http.response.start", "status": 200, "headers": [(5, None), b"odd"]}

    async def app(scope, receive, send):
        await send(start)
        await send(message)

    assert Connection().run(records.asgi(app)).sent == [start, message]
    assert records.only().response_body == b""
    assert len(records.faults) <= 1
    records.faults.clear()


def test_a_defect_while_a_request_is_received_costs_its_bodies_only(records):
    seen = []

    async def app(scope, receive, send):
        seen.append(await receive())
        await send(START)
        await send(last())

    Connection({"type": "http.request", "body": 5}).run(records.asgi(app))
    assert seen == [{"type": "http.request", "body": 5}]
    found = records.only()
    assert (found.outcome, found.request_state, found.response_state) == ("completed", "skipped", "skipped")
    assert [type(error) for error in records.faults] == [TypeError]
    records.faults.clear()


@pytest.mark.parametrize("status", ["", "OK", None])
def test_a_status_that_is_none_is_left_to_the_server(records, status):
    def app(given, start_response):
        start_response(status, [("Content-Type", "text/plain")])
        return [ANSWER]

    gateway = Gateway()
    assert gateway.run(records.wsgi(app)) == ANSWER
    assert gateway.started[0][0] == status
    assert (records.only().status, records.only().succeeded) == (None, False)
    records.faults.clear()


def test_an_environ_that_we_cannot_read_reaches_the_app(records):
    given = environ(PATH_INFO=[])
    assert Gateway().run(records.wsgi(returning([ANSWER], read=False)), given) == ANSWER
    assert [type(error) for error in records.faults] == [TypeError]
    records.faults.clear()


def test_a_shutdown_that_fails_does_not_look_like_a_failure_of_the_app(records):
    async def app(scope, receive, send):
        pass

    Connection(type="lifespan").run(records.asgi(app, on_shutdown=broken))
    assert [type(error) for error in records.faults] == [BrokenError]
    records.faults.clear()
