import pytest

from graphsignal_mw.collector.views import column_view
from graphsignal_mw.stats import Column


@pytest.mark.parametrize(
    ("name", "derived_from", "facet"),
    [("e::norm", "e", "norm"), ("a::b::words", "a::b", "words"), ("e", None, None), ("a::b", None, None)],
)
def test_a_column_says_what_it_is_derived_from(name, derived_from, facet):
    view = column_view("features", name, Column())
    assert (view["name"], view["derived_from"], view["facet"]) == (name, derived_from, facet)
