from collections import Counter

import pytest

from graphsignal_mw.mapping import compile_path
from graphsignal_mw.mapping.bodies import Bodies

from .exchanges import exchange


def bodies(request=None, response=None, **fields):
    return Bodies(exchange(request, response, **fields), Counter())


def test_a_value_is_looked_for_where_it_is_expected_first():
    both = bodies({"a": 1}, {"a": 2})
    assert both.find(compile_path("$.a"), "a") == [1]
    assert both.find(compile_path("$.a"), "a", "response") == [2]
    assert both.counters == {}


def test_a_value_is_found_in_the_other_body_too():
    both = bodies({"a": 1}, {"b": 2})
    assert both.find(compile_path("$.b"), "b") == [2]
    assert both.find(compile_path("$.a"), "a", "response") == [1]
    assert both.counters == {}


def test_what_is_found_nowhere_is_counted_by_field():
    both = bodies({"a": 1}, {"b": 2})
    for field in ("score", "score", "features"):
        assert both.find(compile_path("$.c"), field) == []
    assert both.counters == {"unmatched.score": 2, "unmatched.features": 1}


def test_a_body_that_cannot_be_parsed_is_counted_once():
    both = bodies(b"{", {"b": 2})
    for name in ("$.a", "$.b", "$.c"):
        both.find(compile_path(name), "x")
    assert both.counters == {"unparsed.invalid_json": 1}


def test_both_bodies_are_counted_where_something_is_expected_in_both():
    both = bodies(b"{", b"{")
    both.find(compile_path("$.a"), "features")
    both.find(compile_path("$.b"), "predictions", "response")
    assert both.counters == {"unparsed.invalid_json": 2}


def test_a_body_in_which_nothing_is_expected_is_not_counted():
    """A feedback endpoint answers "OK": no error, though an optional field was looked for there too."""
    both = bodies({"label": 1}, b"OK", response_headers=[(b"content-type", b"text/plain")])
    assert both.find(compile_path("$.label"), "label") == [1]
    assert both.find(compile_path("$.score"), "score") == []
    assert both.counters == {"unmatched.score": 1}


@pytest.mark.parametrize("status", [204, 205])
def test_an_answer_that_has_no_body_is_no_error(status):
    """Trap 31."""
    both = bodies({"a": 1}, b"", status=status)
    assert both.find(compile_path("$.b"), "predictions", "response") == []
    assert both.find(compile_path("$.a"), "features") == [1]
    assert both.counters == {}


def test_an_empty_answer_where_a_prediction_is_expected_is_counted():
    both = bodies({"a": 1}, b"")
    assert both.find(compile_path("$.b"), "predictions", "response") == []
    assert both.counters == {"unparsed.empty": 1}


def test_the_whole_of_an_unparsed_body_is_not_there():
    both = bodies(b"{", b"")
    assert both.find(compile_path("$"), "features") == []
