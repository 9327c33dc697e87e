import pytest

from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS, facet_name, is_facet, own_name, split_facet
from graphsignal_mw.stats.text import MAX_NAME

ALL = (*TEXT_FACETS, *LIST_FACETS)


@pytest.mark.parametrize("facet", ALL)
def test_a_facet_knows_its_column(facet):
    assert split_facet(facet_name("a::b", facet)) == ("a::b", facet)
    assert is_facet(facet_name("review", facet))


@pytest.mark.parametrize("name", ["review", "words", "a::b", "a::", "::", "a:words", "words::a", "a::Words", ""])
def test_other_names_are_no_facets(name):
    assert not is_facet(name)
    assert own_name(name) == (name or "(empty)")


@pytest.mark.parametrize("facet", ALL)
def test_no_column_of_a_user_is_called_like_a_facet(facet):
    for name in (f"a::{facet}", f"::{facet}", f"a::b::{facet}"):
        assert not is_facet(own_name(name))
    assert own_name(f"a::{facet}") == f"a:\\x3a{facet}"


def test_facets_of_long_names_keep_their_ending_and_stay_apart():
    found = {facet_name("x" * 400 + end, facet) for end in "ab" for facet in ALL}
    assert len(found) == 2 * len(ALL)
    assert max(map(len, found)) == MAX_NAME
    assert all(map(is_facet, found))
