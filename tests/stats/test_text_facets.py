import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats.facets import TEXT_FACETS
from graphsignal_mw.stats.text_facets import text_facets

from .strategies import texts, thorough


def facets(text):
    return dict(zip(TEXT_FACETS, text_facets([text])[:, 0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 0, 0, 0, 0, 0]),
        ("Hello World", [11, 2, 2 / 11, 0, 0, 0]),
        ("  a\tb\nc  ", [9, 3, 0, 0, 0, 0]),
        ("42 is 6*7!", [10, 3, 0, 0.4, 0.2, 0]),
        ("Größe: Ü", [8, 2, 0.25, 0, 0.125, 0.375]),
        ("٣٤ 日本 😀", [7, 3, 0, 2 / 7, 1 / 7, 5 / 7]),
        ("\ud800\x00", [2, 1, 0, 0, 0, 0.5]),
    ],
)
def test_a_text_is_counted_by_hand(text, expected):
    assert list(facets(text).values()) == pytest.approx(expected)


@thorough
@given(st.lists(texts, max_size=12))
def test_many_texts_at_once_are_each_by_itself(many):
    found = text_facets(many)
    assert found.shape == (6, len(many))
    for place, text in enumerate(many):
        np.testing.assert_array_equal(found[:, place], list(facets(text).values()))
        assert found[1, place] == len(text.split())


def test_of_long_texts_all_but_the_length_is_of_the_beginning():
    found = facets("ab " * 5000 + "Z" * 5000)
    assert (found["length"], found["uppercase"]) == (20_000, 0)
    assert found["words"] == 3334


def test_more_texts_than_are_looked_at_together_are_the_same():
    many = ["Word " * 1000, "", "x" * 9999] * 20
    one = np.concatenate([text_facets([text]) for text in many], axis=1)
    np.testing.assert_array_equal(text_facets(many), one)
