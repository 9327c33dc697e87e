import pytest
from hypothesis import given

from graphsignal_mw.stats.text import MAX_NAME, bounded_name, bounded_text

from .strategies import texts, thorough


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plan", "plan"), ("größe", "größe"), ("", "(empty)"), ("a\x00b", "a\\x00b"), ("a\ud800", "a\\ud800")],
)
def test_names_can_be_carried(text, expected):
    assert bounded_name(text) == expected


def test_long_texts_stay_different():
    found = {bounded_text("x" * 400 + end) for end in "abc"}
    assert len(found) == 3
    assert {len(text) for text in found} == {MAX_NAME}
    assert bounded_text("x" * MAX_NAME) == "x" * MAX_NAME


@thorough
@given(texts)
def test_what_was_bounded_once_stays_so(text):
    once = bounded_name(text, 20)
    assert bounded_name(once, 20) == once
    assert 1 <= len(once) <= 20
    assert "\x00" not in once.encode().decode()
