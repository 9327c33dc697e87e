import asyncio

import pytest
from frameworks import litestar_app
from litestar import Response, post
from litestar.exceptions import ServiceUnavailableException
from middleware.harness import Connection

import graphsignal_mw
from graphsignal_mw.hooks import install


@post("/busy")
async def busy() -> None:
    raise ServiceUnavailableException


class Patient(Connection):
    """A client that stays."""

    async def receive(self):
        if not self.incoming:
            await asyncio.Event().wait()
        return await super().receive()


def ask(records, app, path, method="POST", kind=Patient):
    """Serve one request with ``app`` and its hook."""
    install(app)
    given = {"http_version": "1.1", "query_string": b"", "scheme": "http", "server": ("test", 80), "state": {}}
    methods = ("GET", "POST")
    return kind(path=path, method=method, **given).run(records.asgi(app, "/{any}", methods=methods))


def test_an_exception_that_litestar_answers_has_type_and_frames(records):
    assert ask(records, litestar_app.build(), "/fails").sent[0]["status"] == 500
    found = records.only()
    assert (found.status, found.exception.type, found.exception.frames[-1][2]) == (500, "ValueError", "fails")


def test_an_exception_after_the_start_is_the_one_of_the_stream(records):
    """Litestar raises one of its own from the group of its tasks."""
    with pytest.raises(Exception, match="after response started"):
        ask(records, litestar_app.build(), "/fails_late", "GET")
    found = records.only()
    assert (found.status, found.outcome, found.exception.type) == (200, "failed", "LookupError")
    assert found.exception.frames[-1][2] == "breaks"


def test_a_client_that_leaves_a_stream_is_no_failure_of_the_app(records):
    class Leaving(Patient):
        async def send(self, message):
            if self.sent:
                raise ConnectionResetError
            await super().send(message)

    with pytest.raises(Exception, match="after response started"):
        ask(records, litestar_app.build(), "/streams", kind=Leaving)
    assert (records.only().outcome, records.only().exception) == ("aborted", None)


@pytest.mark.parametrize(("status", "kind"), [(409, None), (500, "ValueError")])
def test_an_exception_that_the_app_handles_itself_counts_by_its_status(records, status, kind):
    def handle(_, error):
        return Response({"error": "sorry"}, status_code=status)

    app = litestar_app.build(exception_handlers={ValueError: handle})
    assert ask(records, app, "/fails").sent[0]["status"] == status
    assert (records.only().exception and records.only().exception.type) == kind


def test_an_answer_of_500_or_more_that_the_app_raises_is_told(records):
    app = litestar_app.build()
    app.register(busy)
    assert ask(records, app, "/busy").sent[0]["status"] == 503
    assert records.only().exception.type == "ServiceUnavailableException"


def test_the_hooks_of_the_app_are_called_too(records):
    told = []

    async def own(error, scope):
        told.append((type(error), scope["path"]))

    app = litestar_app.build(after_exception=[own])
    for _ in range(3):
        install(app)
    ask(records, app, "/fails")
    assert told == [(ValueError, "/fails")]


def test_the_app_shuts_down_before_the_last_upload(agent):
    """What its own hooks still log is in it."""

    def shut_down():
        graphsignal_mw.session("model").log_prediction({"b": 1}, 2)

    graphsignal_mw.configure(spool_dir=agent.settings["spool_dir"])
    app = litestar_app.build(on_shutdown=[shut_down])
    assert graphsignal_mw.instrument(app, **agent.settings) is app

    async def main():
        async with app.lifespan():
            pass

    asyncio.run(main())
    assert list(agent.folder.rglob("*.delta"))


def test_disabled_monitoring_is_the_bare_app(agent):
    app = litestar_app.build()
    bare = app.asgi_handler
    assert graphsignal_mw.instrument(app, **agent.settings, disabled=True) is app
    assert (app.asgi_handler, app.after_exception, app.on_shutdown) == (bare, [], [])
