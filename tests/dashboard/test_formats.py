import math

import pytest

from graphsignal_mw.dashboard import formats


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_500, "1M"),
        (4_560_000, "4.56M"),
        (None, formats.NOTHING),
    ],
)
def test_count(value, text):
    assert formats.count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.23456, "1.235"),
        (-1234.5, "-1,234"),
        (3e12, "3e+12"),
        (1e-7, "1e-07"),
        (math.nan, formats.NOTHING),
    ],
)
def test_number(value, text):
    assert formats.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0%"),
        (0.00001, "<0.1%"),
        (0.0123, "1.2%"),
        (0.5, "50%"),
        (0.99999, ">99.9%"),
        (1, "100%"),
        (None, formats.NOTHING),
    ],
)
def test_small_shares_never_read_as_none_and_large_never_as_all(value, text):
    assert formats.percent(value) == text


@pytest.mark.parametrize(("value", "text"), [(8.2e-4, "820 µs"), (0.0124, "12.4 ms"), (1.35, "1.35 s")])
def test_duration(value, text):
    assert formats.duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12 s"), (1500, "25 min"), (3 * 86400 + 4 * 3600, "3 d 4 h"), (86400 + 60, "1 d"), (-5, "0 s")],
)
def test_span(value, text):
    assert formats.span(value) == text


def test_moments():
    assert formats.ago(None, 5.0) == "never"
    assert formats.ago(100.0, 101.0) == "just now"
    assert formats.ago(100.0, 160.0) == "1 min ago"
    assert formats.clock(1_763_985_600) == "24 Nov 2025, 12:00"
    assert formats.picker(1_763_985_600) == "2025-11-24T12:00"
