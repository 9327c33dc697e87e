import email.utils
import time

import pytest

from graphsignal_mw.delivery import HttpSink, to_bodies
from graphsignal_mw.wire import CONTENT_TYPE, Part


@pytest.fixture
def data():
    return to_bodies([Part("model", int(time.time()) // 300 * 300)], boot_id="boot-0001", seq=0, window_seconds=300)[
        0
    ].data


@pytest.fixture
def sink(server):
    made = HttpSink(server.url + "/", "gsk_key", timeout=5)
    yield made
    made.close()


def test_an_upload_names_key_encoding_and_client(sink, server, data):
    assert sink.send(data).verdict == "accepted"
    assert server.paths == ["/api/v1/deltas"]
    assert server.headers["Authorization"] == "Bearer gsk_key"
    assert server.headers["Content-Type"] == CONTENT_TYPE
    assert server.headers["User-Agent"].startswith("graphsignal-mw/")


def test_a_repeated_upload_is_told_apart(sink, data):
    assert [sink.send(data).verdict for _ in range(2)] == ["accepted", "duplicate"]


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_an_upload_that_will_never_be_taken_is_refused(sink, server, data, status):
    server.answers.append((status, {}))
    answer = sink.send(data)
    assert (answer.verdict, answer.status) == ("refused", status)
    assert f"HTTP {status}" in answer.detail


@pytest.mark.parametrize("status", [202, 302, 401, 403, 404, 405, 407, 408, 425, 429, 500, 502, 503, 504])
def test_whatever_else_is_answered_is_tried_again(sink, server, data, status):
    server.answers.append((status, {}))
    assert sink.send(data).verdict == "retry"


@pytest.mark.parametrize(
    "body",
    [b"<html>Please log in</html>", b"[]", b'{"hello": "world"}', b"\xff", b"[" * 60_000, b" " * 70_000 + b"{}"],
    ids=["page", "list", "mapping", "no text", "nested", "long"],
)
def test_a_200_of_someone_else_does_not_count_as_delivered(sink, server, data, body):
    server.body = body
    answer = sink.send(data)
    assert answer.verdict == "retry"
    assert "no collector" in answer.detail


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), ("0.5", 0.5), ("-3", 0), ("soon", None), (None, None)])
def test_retry_after_in_seconds(sink, server, data, value, seconds):
    server.answers.append((503, {"Retry-After": value} if value else {}))
    assert sink.send(data).retry_after == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(100, 90, 100), (-100, 0, 0)])
def test_retry_after_as_a_date(sink, server, data, ahead, least, most):
    server.answers.append((429, {"Retry-After": email.utils.formatdate(time.time() + ahead, usegmt=True)}))
    assert least <= sink.send(data).retry_after <= most


@pytest.mark.parametrize("value", ["nan", "1e999", "Thu, 99 Foo 0000", "Mon, 01 Jan 0001 00:00:00 +2359", "\xe9"])
def test_a_retry_after_that_makes_no_sense_does_no_harm(sink, server, data, value):
    server.answers.append((503, {"Retry-After": value}))
    assert sink.send(data).verdict == "retry"


def test_an_upload_says_what_time_it_is(sink, server, data):
    """Seconds since it was cut say nothing of a clock: it may have waited in the spool."""
    sink.send(data)
    said = email.utils.parsedate_to_datetime(server.headers["Date"]).timestamp()
    assert said == pytest.approx(time.time(), abs=5)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 503 No\r\nContent-Length: 99999999\r\n\r\n"])
@pytest.mark.parametrize(
    ("piece", "pause", "timeout"), [(b" ", 0.02, 0.5), (b" " * 65_536, 0.0, 10)], ids=["a trickle", "a flood"]
)
def test_an_answer_without_end_is_not_waited_for(trickle, data, head, piece, pause, timeout):
    trickle.head, trickle.piece, trickle.pause = head, piece, pause
    sink = HttpSink(trickle.url, timeout=timeout)
    assert sink.send(data).verdict == "retry"
    sink.close()
    assert trickle.ended.wait(20)
    assert trickle.sent < 16 * 1024 * 1024  # what the buffers of two sockets hold, and no more


def test_nobody_there_is_tried_again_and_says_where(server, data):
    server.close()
    sink = HttpSink(server.url)
    answer = sink.send(data)
    assert (answer.verdict, answer.status) == ("retry", None)
    assert server.url in answer.detail
    sink.close()


def test_no_answer_is_waited_for_no_longer_than_told(mute, data):
    sink = HttpSink(mute.url, timeout=20)
    began = time.monotonic()
    assert sink.send(data, timeout=0.2).verdict == "retry"
    assert time.monotonic() - began < 10  # not the 20 of the sink
    sink.close()


def test_certificates_that_cannot_be_read_are_no_exception(data, tmp_path):
    sink = HttpSink("https://127.0.0.1:1", ca_bundle=str(tmp_path / "missing.pem"))
    answer = sink.send(data)
    assert answer.verdict == "retry"
    assert "FileNotFoundError" in answer.detail
