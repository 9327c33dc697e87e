import gzip
import math
import zlib

import pytest

from graphsignal_mw.mapping.body import MAX_INFLATED, UnparsedError, header, parse

JSON = [(b"content-type", b"application/json")]


def reason(body, state="complete", headers=JSON):
    """Why a body is not parsed."""
    with pytest.raises(UnparsedError) as raised:
        parse(body, state, headers)
    return raised.value.reason


def encoded(encoding):
    return [*JSON, (b"content-encoding", encoding)]


def raw_deflate(data):
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (bytearray(b"[1, 2]"), [1, 2]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": 1e999}', {"a": math.inf}),
        (b'{"a": -Infinity}', {"a": -math.inf}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        (b'{"a": 123456789012345678901234567890}', {"a": 123456789012345678901234567890}),
        (b" null ", None),
    ],
)
def test_odd_json_is_parsed(body, value):
    """Trap 29: 1e999, duplicate keys, a byte order mark."""
    assert parse(body, "complete", JSON) == value


def test_nan_is_parsed():
    """Trap 29: NaN."""
    assert math.isnan(parse(b'{"a": NaN}', "complete", JSON)["a"])


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'{"a": "x\ud800"}', {"a": "x\ufffd"}),
        (rb'{"\udc00": ["\ud83d\ude00", "\ud83d"]}', {"\ufffd": ["\U0001f600", "\ufffd"]}),
        (b'{"a": "\xed\xa0\x80"}', {"a": "\ufffd"}),
        (rb'{"a": "\\ud800", "b": NaN}', {"a": r"\ud800"}),
    ],
)
def test_no_lone_surrogate_comes_out_of_a_body(body, value):
    """Trap 29: a window with one in it could not be encoded, and would be lost for everybody."""
    parsed = parse(body, "complete", JSON)
    assert {name: parsed[name] for name in value} == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"{", "invalid_json"),
        (b'{"a": 1} x', "invalid_json"),
        (b"[" * 100_000 + b"]" * 100_000, "invalid_json"),
        (b'{"a": ' + b"1" * 5000 + b"}", "invalid_json"),
        ('{"a": "é"}'.encode("latin-1"), "invalid_json"),
        (b"\x00\xff\xfe", "invalid_json"),
    ],
)
def test_what_is_no_json_has_a_reason(body, why):
    """Trap 29: 5000-digit integers, deep nesting, Latin-1, empty."""
    assert reason(body) == why


@pytest.mark.parametrize("state", ["incomplete", "truncated", "skipped"])
def test_a_body_that_is_not_whole_is_not_parsed(state):
    """Trap 30: also where what was kept would be valid by itself."""
    assert reason(b'{"a": 1}', state) == state


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"gzip", gzip.compress(b'{"a": 1}')),
        (b"GZIP ", gzip.compress(b'{"a": 1}')),
        (b"x-gzip", gzip.compress(b'{"a": 1}')),
        (b"deflate", zlib.compress(b'{"a": 1}')),
        (b"deflate", raw_deflate(b'{"a": 1}')),
        (b"identity", b'{"a": 1}'),
        (b"", b'{"a": 1}'),
    ],
)
def test_compressed_bodies_are_inflated(encoding, body):
    """Trap 28."""
    assert parse(body, "complete", encoded(encoding)) == {"a": 1}


@pytest.mark.parametrize(
    ("encoding", "body", "why"),
    [
        (b"br", b'{"a": 1}', "content_encoding"),
        (b"gzip", b'{"a": 1}', "content_encoding"),
        (b"deflate", b'{"a": 1}', "content_encoding"),
        (b"gzip", gzip.compress(b'{"a": 1}')[:-4], "incomplete"),
        (b"gzip", gzip.compress(b'{"a": 1}')[:-9], "incomplete"),
        (b"gzip", gzip.compress(b'"' + b"a" * MAX_INFLATED + b'"'), "truncated"),
        (b"gzip", gzip.compress(gzip.compress(b"0" * 10_000_000)), "invalid_json"),
    ],
)
def test_what_cannot_be_inflated_has_a_reason(encoding, body, why):
    """Trap 28: a bomb is refused when it passes the limit."""
    assert reason(body, headers=encoded(encoding)) == why


def test_a_bomb_is_not_inflated_beyond_the_limit():
    """Trap 28: 200 MB in 200 kB; only a little more than the limit is ever in memory."""
    import tracemalloc

    deflater = zlib.compressobj(wbits=31)
    bomb = b"".join(deflater.compress(bytes(1024 * 1024)) for _ in range(200)) + deflater.flush()
    tracemalloc.start()
    try:
        assert reason(bomb, headers=encoded(b"gzip")) == "truncated"
        assert tracemalloc.get_traced_memory()[1] < 5 * MAX_INFLATED
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content_type", "body", "why"),
    [
        (b"text/html", b"<p>no</p>", "content_type"),
        (b"text/plain", b"{not json", "content_type"),
        (b"application/problem+json", b"{not json", "invalid_json"),
    ],
)
def test_the_content_type_is_the_reason_where_it_says_something_else(content_type, body, why):
    assert reason(body, headers=[(b"content-type", content_type)]) == why


@pytest.mark.parametrize("headers", [(), [(b"Content-Type", b"application/x-www-form-urlencoded")]])
def test_json_under_another_name_is_parsed(headers):
    assert parse(b'{"a": 1}', "complete", headers) == {"a": 1}


def test_a_header_is_found_whatever_its_case():
    headers = [(b"a", b"1"), (b"X-Model", "é".encode("latin-1"))]
    assert header(headers, "x-model") == "é"
    assert header(headers, "b") is None
