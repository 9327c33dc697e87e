"""Exceptions of the app come out as they are, and what is kept of them is text."""

import asyncio
import contextlib
import contextvars
import gc
import traceback
import weakref

import pytest

from .harness import START, Connection, Gateway, answering, environ, last


class AppError(Exception):
    """An exception of the app."""


class Cancelled(BaseException):
    """A task is cancelled, as trio says it."""


class ClientDisconnect(Exception):  # noqa: N818 - Starlette's name
    """A client has left, as Starlette says it."""


def caused():
    try:
        raise LookupError("inner 42")
    except LookupError as inner:
        try:
            raise ValueError("context")
        except ValueError:
            raise AppError("no 'secret' for ann@example.org") from inner


def asgi_raising(fail, *before):
    async def app(scope, receive, send):
        for message in before:
            await send(message)
        fail()

    return lambda records: Connection().run(records.asgi(app))


def wsgi_raising(fail):
    def app(given, start_response):
        start_response("200 OK", [])
        fail()

    return lambda records: records.wsgi(app)(environ(), Gateway().start_response)


def wsgi_streaming(fail):
    def app(given, start_response):
        start_response("200 OK", [])
        yield b"x"
        fail()

    return lambda records: Gateway().run(records.wsgi(app))


WAYS = [asgi_raising, wsgi_raising, wsgi_streaming]


def raised_by(way, records, fail):
    with pytest.raises(BaseException) as raised:
        way(fail)(records)
    return raised.value


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_keeps_its_cause_context_and_traceback(records, way):
    """Trap 37: identity of all of them, and the frames of the app at the end."""
    made = []

    def fail():
        try:
            caused()
        except AppError as error:
            made.extend([error, error.__cause__, error.__context__])
            raise

    error = raised_by(way, records, fail)
    assert error is made[0]
    assert (error.__cause__ is made[1], error.__context__ is made[2]) == (True, True)
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-3:] == ["app", "fail", "caused"]


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_is_recorded_as_type_message_and_frames(records, way):
    raised_by(way, records, caused)
    found = records.only()
    assert found.outcome == "failed"
    assert found.exception.type == "AppError"
    assert found.exception.message == "no <quoted> for <address>"
    file, line, function = found.exception.frames[-1]
    assert not [frame for frame in found.exception.frames if "graphsignal_mw/middleware" in frame[0]]
    assert (file, function) == ("tests/middleware/test_exceptions.py", "caused")
    assert line > 1


@pytest.mark.parametrize("way", WAYS)
def test_stop_iteration_of_the_app_is_not_changed(records, way):
    """Trap 20: what Python makes of it in coroutines and generators is Python's, not ours."""
    mine = StopIteration("mine")

    def fail():
        raise mine

    error = raised_by(way, records, fail)
    assert error is mine if way is wsgi_raising else error.__cause__ is mine
    assert records.only().outcome == "failed"


@pytest.mark.parametrize("error", [asyncio.CancelledError(), Cancelled(), GeneratorExit(), ClientDisconnect()])
@pytest.mark.parametrize("way", WAYS)
def test_a_client_that_left_and_a_cancelled_task_are_no_failure(records, way, error):
    """Trap 41."""

    def fail():
        raise error

    raised_by(way, records, fail)
    assert (records.only().outcome, records.only().exception) == ("aborted", None)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
@pytest.mark.parametrize("way", WAYS)
def test_what_ends_the_process_comes_out(records, way, error):
    def fail():
        raise error

    assert raised_by(way, records, fail) is error
    assert records.only().outcome == "failed"


@pytest.mark.parametrize(
    ("before", "status"), [((), None), ((START,), 200), ((START, last(b"1")), 200), ((START | {"status": 503},), 503)]
)
def test_an_exception_after_the_start_keeps_the_status(records, before, status):
    """Trap 40: also one of a background task, after the last byte."""
    raised_by(lambda fail: asgi_raising(fail, *before), records, caused)
    assert (records.only().status, records.only().outcome) == (status, "failed")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_an_exception_is_kept_alive(records, way):
    """Trap 42: a weak reference to a local of its frames dies, while the record lives."""

    class Local:
        pass

    locals_of_app = []

    def fail():
        local = Local()
        locals_of_app.append(weakref.ref(local))
        raise AppError

    with contextlib.suppress(AppError):
        way(fail)(records)
    gc.collect()
    assert locals_of_app[0]() is None
    assert records.only().exception.type == "AppError"


def test_a_cancelled_request_is_aborted_and_stays_cancelled(records):
    """Trap 41: the server's timeout, or its shutdown."""

    async def app(scope, receive, send):
        await send(START)
        await asyncio.Event().wait()

    async def main():
        connection = Connection()
        task = asyncio.create_task(connection.serve(records.asgi(app)))
        while not connection.sent:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(main())
    assert (records.only().outcome, records.only().status) == ("aborted", 200)


def test_a_request_that_was_complete_when_it_was_cancelled_is_complete(records):
    async def app(scope, receive, send):
        await answering(scope, receive, send)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        Connection().run(records.asgi(app))
    assert records.only().outcome == "completed"


def test_a_coroutine_that_is_closed_in_another_context_is_aborted(records):
    """Trap 49: servers that give up a request only let go of it."""

    class Forever:
        def __await__(self):
            yield

    async def app(scope, receive, send):
        await Forever()

    connection = Connection()
    coroutine = records.asgi(app)(connection.scope, connection.receive, connection.send)
    contextvars.Context().run(coroutine.send, None)
    coroutine.close()
    assert records.only().outcome == "aborted"


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_that_cannot_be_told_is_recorded_without_its_message(records, way):
    class Mute(Exception):  # noqa: N818 - an exception of a user
        def __str__(self):
            raise RuntimeError("no words")

    def fail():
        raise Mute

    assert isinstance(raised_by(way, records, fail), Mute)
    assert (records.only().exception.type.split(".")[-1], records.only().exception.message) == ("Mute", "")


def test_no_lone_surrogate_comes_out_of_a_message(records):
    """A window with one in it could not be encoded."""

    def fail():
        raise AppError("\ud800 is odd")

    raised_by(asgi_raising, records, fail)
    assert records.only().exception.message == "? is odd"


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (ExceptionGroup("tasks", [LookupError("mine")]), "LookupError"),
        (ExceptionGroup("tasks", [ExceptionGroup("inner", [LookupError("mine")])]), "LookupError"),
        (ExceptionGroup("tasks", [LookupError("mine"), ValueError("yours")]), "ExceptionGroup"),
    ],
)
def test_a_group_of_one_is_recorded_as_the_one(records, raised, kind):
    """Quart wraps what a stream raises, as frameworks with groups of tasks do."""

    async def app(scope, receive, send):
        raise raised

    with pytest.raises(ExceptionGroup) as seen:
        Connection().run(records.asgi(app))
    assert seen.value is raised
    assert (records.only().outcome, records.only().exception.type) == ("failed", kind)
