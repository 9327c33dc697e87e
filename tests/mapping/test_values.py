import math

import pytest

from graphsignal_mw.mapping.values import plain, score_of, time_of, typed


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0.0),
        (1_700_000_000.25, 1_700_000_000.25),
        ("1970-01-01T00:01:00", 60.0),
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T02:01:00+02:00", 60.0),
        ("1970-01-02", 86_400.0),
        ("1970-01-01 00:00:00.5", 0.5),
    ],
)
def test_times_are_unix_seconds_or_iso_8601(value, seconds):
    assert time_of(value) == seconds


@pytest.mark.parametrize(
    "value",
    [-1, math.nan, math.inf, 1_700_000_000_000, 10**400, True, "yesterday", "", [], {}, "0001-01-01T00:00:00+14:00"],
)
def test_what_is_no_time_is_none(value):
    assert time_of(value) is None


@pytest.mark.parametrize(("value", "score"), [(0, 0.0), (1, 1.0), (0.25, 0.25)])
def test_a_score_is_a_probability(value, score):
    assert score_of(value) == score
    assert isinstance(score_of(value), float)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, True, "0.5", [0.5], None])
def test_what_is_no_probability_is_none(value):
    assert score_of(value) is None


@pytest.mark.parametrize(
    ("value", "kind", "meant"),
    [
        (1, "binary", True),
        (0.0, "binary", False),
        ("yes", "binary", "yes"),
        (3, "categorical", "3"),
        (True, "categorical", "true"),
        ("a", "categorical", "a"),
        (3, "numeric", 3),
        (3, None, 3),
    ],
)
def test_a_label_is_what_the_kind_of_output_says(value, kind, meant):
    found = typed(value, kind)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (1.5, "1.5"), ("DE", "DE"), (None, "None")])
def test_values_as_text(value, text):
    assert plain(value) == text
