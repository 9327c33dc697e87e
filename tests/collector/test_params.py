import pytest

from graphsignal_mw.collector.params import Range, parse_moment, parse_range
from graphsignal_mw.collector.problems import Problem


@pytest.mark.parametrize(
    "text",
    [
        "1767323045",
        "1767323045.9",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05",
        "2026-01-02T05:04:05+02:00",
        "2026-01-02T05:04:05 02:00",
        "20260102T030405Z",
    ],
)
def test_moments(text):
    assert parse_moment("at", text) == 1767323045


@pytest.mark.parametrize("text", ["", "now", "nan", "inf", "-1", "1e15", "2026-13-01", "9999999999999999"])
def test_what_is_no_moment(text):
    with pytest.raises(Problem, match=r"at: .*expected a moment in ISO 8601 or Unix seconds"):
        parse_moment("at", text)


def test_the_last_24_hours_by_default():
    assert parse_range({}, 1_000_000.5) == Range(1_000_001 - 86400, 1_000_001)
    assert parse_range({"to": "500000"}, 1_000_000) == Range(500_000 - 86400, 500_000)
    assert parse_range({"from": "500000"}, 1_000_000) == Range(500_000, 1_000_001)
