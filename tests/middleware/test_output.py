import contextvars
import threading
import weakref

import pytest

from graphsignal_mw.middleware import WSGICapture

from .harness import ANSWER, Gateway, environ, returning, router


class Chunks:
    """The iterable of an app: it counts what is asked of it."""

    def __init__(self, *chunks, raises=None, close_raises=None):
        self.chunks, self.raises, self.close_raises = iter(chunks), raises, close_raises
        self.closes = self.asked = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.asked += 1
        for chunk in self.chunks:
            return chunk
        raise self.raises or StopIteration

    def close(self):
        self.closes += 1
        if self.close_raises:
            raise self.close_raises


def streamed(records, chunks):
    """What a server gets for ``chunks``."""
    return records.wsgi(returning(chunks))(environ(), Gateway().start_response)


@pytest.mark.parametrize(
    ("taken", "outcome", "state"),
    [(0, "aborted", "incomplete"), (1, "aborted", "incomplete"), (3, "completed", "complete")],
)
def test_the_original_is_closed_once_however_much_was_read(records, taken, outcome, state):
    """Trap 16: with none, some and all chunks read; and not at StopIteration."""
    chunks = Chunks(b'{"y":', b" 0.5}")
    result = streamed(records, chunks)
    for _ in range(taken):
        next(result, None)
    assert (chunks.asked, chunks.closes) == (taken, 0)
    result.close()
    assert chunks.closes == 1
    assert (records.only().outcome, records.only().response_state) == (outcome, state)


def test_a_generator_that_never_ran_is_closed_with_what_it_holds(records):
    """Trap 16: a wrapping generator would not have closed it."""
    chunks = Chunks(b"x")
    streamed(records, chunks).close()
    assert (chunks.asked, chunks.closes) == (0, 1)


def test_no_chunk_is_asked_for_early_joined_or_split(records):
    chunks = Chunks(b'{"y"', b"", b": 0.5}")
    result = streamed(records, chunks)
    assert chunks.asked == 0
    for n, chunk in enumerate([b'{"y"', b"", b": 0.5}"], start=1):
        assert next(result if n == 1 else iter(result)) == chunk  # either way it goes on where it was
        assert chunks.asked == n
    with pytest.raises(StopIteration):
        next(result)
    assert records.only().response_body == ANSWER


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_what_waits_for_the_background_thread_keeps_nothing_of_the_app_or_the_server(taken):
    waiting, lent = [], []

    def app(_, start_response):
        start_response("200 OK", [])
        chunks = Chunks(b"1", b"2")
        lent.append(weakref.ref(chunks))
        return chunks

    server = Gateway()
    lent.append(weakref.ref(server))
    monitored = WSGICapture(app, router=router(), submit=waiting.append, max_body_bytes=1000)
    result = monitored(environ(), server.start_response)
    for _ in range(taken):
        next(result, None)
    result.close()
    del result, server
    assert len(waiting) == 1
    assert [each() for each in lent] == [None, None]


def test_a_stream_has_no_length(records):
    """Trap 15: waitress would believe it."""
    result = streamed(records, Chunks())
    assert not hasattr(result, "__len__")
    result.close()


def test_an_iterable_without_close_is_not_missed(records):
    streamed(records, iter([b"x"])).close()
    assert records.only().outcome == "aborted"


def test_an_error_of_close_comes_out(records):
    """Trap 17: also an AttributeError of the app's own."""
    mine = AttributeError("mine")
    with pytest.raises(AttributeError) as raised:
        streamed(records, Chunks(close_raises=mine)).close()
    assert raised.value is mine
    assert (records.only().outcome, records.only().exception.type) == ("failed", "AttributeError")


def test_an_error_between_chunks_comes_out(records):
    """Trap 40: the status is kept, the request has failed."""
    mine = ValueError("mine")
    chunks = Chunks(b"x", raises=mine)
    result = streamed(records, chunks)
    next(result)
    with pytest.raises(ValueError, match="mine") as raised:
        next(result)
    assert raised.value is mine
    result.close()
    found = records.only()
    assert (found.status, found.outcome, found.exception.type, found.response_state) == (
        200,
        "failed",
        "ValueError",
        "incomplete",
    )
    assert chunks.closes == 1


@pytest.mark.parametrize("result", [None, 5])
def test_what_cannot_be_iterated_fails_as_without_us(records, result):
    with pytest.raises(TypeError, match="not iterable"):
        Gateway().run(records.wsgi(returning(result)))
    assert records.only().exception.type == "TypeError"


def test_chunks_may_be_taken_in_other_threads_and_contexts(records):
    """Trap 49: no token is kept from one chunk to the next."""
    result = streamed(records, Chunks(b"1", b"2", b"3"))
    found = [contextvars.copy_context().run(next, result)]
    thread = threading.Thread(target=lambda: found.append(next(result)))
    thread.start()
    thread.join()
    found += list(result)
    assert found == [b"1", b"2", b"3"]
    contextvars.Context().run(result.close)
    assert records.only().response_body == b"123"


def test_the_clock_runs_until_the_last_chunk(records):
    """Trap 25: the record does not exist before."""
    result = streamed(records, Chunks(b"1", b"2"))
    assert [next(result), next(result)] == [b"1", b"2"]
    assert records == []
    assert list(result) == []
    assert records.only().duration > 0
