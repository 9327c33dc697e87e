"""One record of a request, whoever captures it; and none is missed."""

import asyncio
import contextvars

import pytest

from graphsignal_mw.middleware import ASGICapture, note_exception
from graphsignal_mw.middleware.current import CURRENT

from .harness import ANSWER, BODY, START, Connection, Gateway, answering, environ, last, returning, router


def test_of_a_monitored_app_in_a_monitored_app_the_outermost_records(records):
    """Trap 36."""
    inner = records.asgi(answering, deployment="inner")
    Connection().run(records.asgi(inner, deployment="outer"))
    assert records.mapped().deployment == "outer"


def test_of_a_monitored_wsgi_app_in_a_monitored_app_the_outermost_records(records):
    """Trap 36: also when the inner one is called only when a chunk is asked for."""
    inner = records.wsgi(returning([ANSWER]), deployment="inner")

    def app(given, start_response):
        yield from inner(given, start_response)

    assert Gateway().run(records.wsgi(app, deployment="outer")) == ANSWER
    assert records.mapped().deployment == "outer"


def test_the_inner_app_records_what_the_outer_one_does_not_know(records):
    """Trap 36."""
    inner = records.asgi(answering, "/predict")
    Connection().run(records.asgi(inner, "/other"))
    assert records.only().endpoint.path == "/predict"
    Gateway().run(records.wsgi(records.wsgi(returning([ANSWER]), "/predict"), "/other"))
    assert [record.endpoint.path for record in records] == ["/predict"] * 2


def test_a_request_in_the_context_of_an_answered_one_is_recorded(records):
    """Trap 36: servers start a pipelined request in the context of the one before it, whose background tasks run."""

    async def main():
        answered, ended, tasks = asyncio.Event(), asyncio.Event(), []

        async def app(scope, receive, send):
            await answering(scope, receive, send)
            answered.set()
            await ended.wait()

        monitored = records.asgi(app)

        class Pipelined(Connection):
            async def send(self, message):
                await super().send(message)
                if message["type"] == "http.response.body":
                    tasks.append(asyncio.create_task(Connection().serve(monitored)))

        first = asyncio.create_task(Pipelined().serve(monitored))
        await answered.wait()
        while not tasks:
            await asyncio.sleep(0)
        for _ in range(10):
            await asyncio.sleep(0)
        ended.set()
        await asyncio.gather(first, *tasks)

    asyncio.run(main())
    assert [record.outcome for record in records] == ["completed"] * 2


@pytest.mark.parametrize("answered", [True, False])
def test_a_task_that_outlives_its_request_hides_no_other(records, answered):
    """Trap 36: the context that it was started in is copied, with the request that is over, answered or aborted."""

    async def main():
        go, tasks = asyncio.Event(), []

        async def app(scope, receive, send):
            async def later():
                await go.wait()
                await Connection().serve(records.asgi(answering, deployment="later"))

            tasks.append(asyncio.create_task(later()))
            if answered:
                await answering(scope, receive, send)

        await Connection().serve(records.asgi(app))
        go.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert [record.endpoint.deployment({}) for record in records] == ["model", "later"]


def test_a_hook_tells_the_request_of_its_context(records):
    """Trap 38: the first exception counts, and text is kept of it."""

    async def app(scope, receive, send):
        await receive()
        for error in (ValueError(scope["path"]), KeyError("second")):
            note_exception(error)
        await asyncio.sleep(0)
        await send(START | {"status": 500})
        await send(last())

    async def main():
        monitored = records.asgi(app, "/{name}")
        await asyncio.gather(*(Connection(path=f"/{name}").serve(monitored) for name in ("a", "b")))

    asyncio.run(main())
    assert [(r.exception.type, r.exception.message, r.status) for r in records] == [
        ("ValueError", "/a", 500),
        ("ValueError", "/b", 500),
    ]


def test_a_hook_without_a_request_says_nothing(records):
    note_exception(ValueError())
    Gateway().run(records.wsgi(returning([ANSWER])))
    note_exception(ValueError())
    assert records.only().exception is None


def test_nothing_of_a_request_is_left_in_the_thread(records):
    """Trap 49: requests of one thread, one after the other, some of them broken off."""
    monitored = records.wsgi(lambda given, start_response: iter([b"x"]))
    kept = [monitored(environ(), Gateway().start_response) for _ in range(3)]
    for result in kept:
        next(result)
    assert records == []
    Gateway().run(records.wsgi(returning([ANSWER])))
    assert records.only().outcome == "completed"


def test_a_task_that_outlives_its_request_keeps_no_bodies(records):
    """Its context has the request for as long as it lives."""
    contexts = []

    async def app(scope, receive, send):
        await answering(scope, receive, send)
        contexts.append(contextvars.copy_context())

    Connection().run(records.asgi(app))
    kept = contexts[0].run(CURRENT.get)
    assert records.only().request_body == BODY
    assert (len(kept.request), len(kept.response)) == (0, 0)


def test_what_a_task_meets_after_the_request_is_no_exception_of_it():
    """Between its end and the background thread that takes it in."""
    contexts, captures = [], []

    async def app(scope, receive, send):
        await send(START | {"status": 500})
        await send(last())
        contexts.append(contextvars.copy_context())

    parts = {"router": router("/predict"), "submit": captures.append, "max_body_bytes": 100}
    Connection().run(ASGICapture(app, **parts))
    contexts[0].run(note_exception, ValueError("later"))
    assert (captures[0].finish().exception, captures[0].status) == (None, 500)
