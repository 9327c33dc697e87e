import gzip
import math

import pytest

from graphsignal_mw.mapping.body import header, parse
from graphsignal_mw.mapping.unparsed import UnparsedError

JSON = [(b"content-type", b"application/json")]


def reason(body, state="complete", headers=JSON):
    """Why a body is not parsed."""
    with pytest.raises(UnparsedError) as raised:
        parse(body, state, headers)
    return raised.value.reason


def test_a_compressed_body_is_inflated_by_its_header():
    headers = [*JSON, (b"content-encoding", b"GZIP ")]
    assert parse(gzip.compress(b'{"a": 1}'), "complete", headers) == {"a": 1}
    assert parse(b'{"a": 1}', "complete", [*JSON, (b"content-encoding", b"")]) == {"a": 1}
    assert reason(gzip.compress(b""), headers=headers) == "empty"


@pytest.mark.parametrize("encoding", [b"utf-8", b"gzip", b"br"])
def test_json_is_json_whatever_encoding_its_header_names(encoding):
    headers = [*JSON, (b"content-encoding", encoding)]
    assert parse(b'{"a": 1}', "complete", headers) == {"a": 1}
    assert reason(b'{"a": 1', headers=headers) == "content_encoding"


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
