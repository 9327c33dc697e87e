import math

import pytest

from graphsignal_mw.mapping.formats import is_csv, is_lines, parse_csv, parse_lines, parse_value
from graphsignal_mw.mapping.unparsed import UnparsedError


def reason(parse, *arguments):
    """Why something is not parsed."""
    with pytest.raises(UnparsedError) as raised:
        parse(*arguments)
    return raised.value.reason


@pytest.mark.parametrize(
    ("content_type", "lines", "csv"),
    [
        ("application/jsonlines", True, False),
        ("application/JSONL; charset=utf-8", True, False),
        ("application/x-ndjson", True, False),
        ("application/json-lines", True, False),
        ("text/csv;label_size=0", False, True),
        ("application/csv", False, True),
        ("application/json", False, False),
        (None, False, False),
    ],
)
def test_a_format_is_known_by_its_content_type(content_type, lines, csv):
    assert (is_lines(content_type), is_csv(content_type)) == (lines, csv)


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        (b'{"a": 1}\r\n\r\n[2]', [{"a": 1}, [2]]),
        (b'{"a": 1}\nno\n3', [{"a": 1}, None, 3]),
    ],
)
def test_json_lines_are_a_value_a_line(data, values):
    assert parse_lines(data) == values


def test_odd_json_is_taken_on_a_line_too():
    first, second = parse_lines(b'{"a": NaN}\n{"a": "\\ud800"}')
    assert math.isnan(first["a"])
    assert second == {"a": "\ufffd"}


def test_lines_none_of_which_is_json():
    assert reason(parse_lines, b"a\nb") == "invalid_json"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2.5,-3\n4,5e3,x\n", [[1, 2.5, -3], [4, 5000.0, "x"]]),
        ('\ufeffa,"b, ""c""\nd"\r\n\r\n,', [["a", 'b, "c"\nd'], [None, None]]),
        ("1_000,0x10,1e999", [["1_000", "0x10", math.inf]]),
        ("9" * 5000, [[math.inf]]),
    ],
)
def test_cells_of_csv_are_numbers_text_or_missing(text, rows):
    assert parse_csv(text.encode()) == rows


@pytest.mark.parametrize("data", [b"\xff", b'"' + b"x" * 200_000])
def test_what_is_no_csv_has_a_reason(data):
    assert reason(parse_csv, data) == "invalid_csv"


@pytest.mark.parametrize(
    ("data", "content_type", "value"),
    [
        (b"0", "text/plain", 0),
        (b"a class", "text/plain; charset=utf-8", "a class"),
        (b'"a"', "text/html", "a"),
        (b'{"a": NaN', "text/plain", '{"a": NaN'),
    ],
)
def test_a_value_is_json_or_plain_text(data, content_type, value):
    assert parse_value(data, content_type) == value


@pytest.mark.parametrize(
    ("data", "content_type", "why"),
    [
        (b"<p>", "text/html", "content_type"),
        (b"\xff", "text/plain", "content_type"),
        (b"{", "application/json", "invalid_json"),
        (b"a", None, "invalid_json"),
    ],
)
def test_what_is_no_value_has_a_reason(data, content_type, why):
    assert reason(parse_value, data, content_type) == why
