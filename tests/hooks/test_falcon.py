import asyncio

import falcon
import falcon.asgi
import pytest
from frameworks import falcon_asgi_app, falcon_wsgi_app
from middleware.harness import BODY, Connection, Gateway, environ

from graphsignal_mw.hooks import install


class Older(falcon.App):
    """An app of Falcon before 4.4."""

    set_error_reporter = None


class OlderASGI(falcon.asgi.App):
    """An app of Falcon before 4.4."""

    set_error_reporter = None


KINDS = [falcon.App, Older, falcon.asgi.App, OlderASGI]
every = pytest.mark.parametrize("kind", KINDS)
current = pytest.mark.parametrize("kind", [falcon.App, falcon.asgi.App])


def build(kind):
    module = falcon_asgi_app if is_async(kind) else falcon_wsgi_app
    app = module.build(kind)
    app.add_route("/busy", module.View(busy_async if is_async(kind) else busy))
    return app


def is_async(kind):
    return issubclass(kind, falcon.asgi.App)


def busy(req, resp):
    raise falcon.HTTPServiceUnavailable


async def busy_async(req, resp):
    raise falcon.HTTPServiceUnavailable


def post(records, app, path="/fails"):
    """The status that ``app`` answers, with its hook."""
    install(app)
    if is_async(type(app)):
        given = {"http_version": "1.1", "query_string": b"", "asgi": {"version": "3.0"}}
        return Connection(path=path, **given).run(records.asgi(app, "/{any}")).sent[0]["status"]
    gateway = Gateway()
    gateway.run(records.wsgi(app, "/{any}"), environ(BODY, path))
    return int(gateway.started[0][0][:3])


@every
def test_an_exception_that_falcon_answers_has_type_and_frames(records, kind):
    assert post(records, build(kind)) == 500
    found = records.only()
    assert (found.status, found.exception.type, found.exception.frames[-1][2]) == (500, "ValueError", "fails")


@every
@pytest.mark.parametrize(("path", "status"), [("/missing", 404), ("/moves", 302), ("/predict", 200)])
def test_answers_that_falcon_has_raised_are_no_exceptions(records, kind, path, status):
    assert post(records, build(kind), path) == status
    assert records.only().exception is None


@current
def test_an_answer_of_500_or_more_that_the_app_raises_is_told(records, kind):
    assert post(records, build(kind), "/busy") == 503
    assert records.only().exception.type == "HTTPServiceUnavailable"


@every
@pytest.mark.parametrize("status", [409, 500])
def test_an_exception_that_the_app_handles_itself_counts_by_its_status(records, kind, status):
    def handle(req, resp, error, params):
        resp.status = status

    async def handle_async(req, resp, error, params):
        resp.status = status

    app = build(kind)
    app.add_error_handler(Exception, handle_async if is_async(kind) else handle)
    assert post(records, app) == status
    found = records.only().exception
    assert (found and found.type) == ("ValueError" if status == 500 else None)


@current
def test_the_reporter_of_the_app_is_still_told(records, kind):
    told, app = [], build(kind)
    app.set_error_reporter(lambda req, error, params, handled: told.append((req.path, repr(error), params, handled)))
    post(records, app)
    assert told == [("/fails", "ValueError('model 7 is missing')", {}, True)]
    assert records.only().exception.type == "ValueError"


@every
def test_the_hook_is_installed_once(records, kind):
    app = build(kind)
    for _ in range(3):
        install(app)
    post(records, app)
    assert records.only().exception.type == "ValueError"


def test_a_websocket_that_fails_is_handled_by_falcon():
    """Falcon calls the handler of errors with the socket when it has a parameter for it."""

    class Echo:
        async def on_websocket(self, req, ws):
            raise ValueError

    app = OlderASGI()
    app.add_route("/ws", Echo())
    install(app)
    sent = []

    async def main():
        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        scope = {"type": "websocket", "path": "/ws", "query_string": b"", "headers": [], "asgi": {"version": "3.0"}}
        await app(scope | {"http_version": "1.1", "root_path": "", "subprotocols": []}, receive, send)

    asyncio.run(main())
    assert [message["type"] for message in sent] == ["websocket.close"]
