import pytest

from graphsignal_mw.errors import InvalidNameError
from graphsignal_mw.store import check_name


@pytest.mark.parametrize(
    "name", ["model", "a/b", "columns", "columns/model", "a/columns2", "a/b/c", "x" * 250, "/", "é"]
)
def test_names_that_are_free(name):
    check_name(name)


@pytest.mark.parametrize("name", ["a/columns", "a/b/export", "/rename", "a/columns/features/x", "a/heatmap/b"])
def test_names_that_are_addresses_of_something_else(name):
    with pytest.raises(InvalidNameError, match="expected a name without /"):
        check_name(name)


@pytest.mark.parametrize("name", ["", "x" * 251, "a\0"])
def test_names_that_the_wire_does_not_carry(name):
    with pytest.raises(InvalidNameError, match="expected 1 to 250 characters"):
        check_name(name)
