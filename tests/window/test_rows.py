import pytest

from graphsignal_mw.window.rows import MAX_NESTED, as_columns, transpose


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([], {}),
        ([{}], {}),
        ([{"a": 1, "b": 2}, {"b": 4, "a": 3}], {"a": [1, 3], "b": [2, 4]}),
        ([{"a": 1}, {"b": 2}], {"a": [1, None], "b": [None, 2]}),
        ([{"a": 1}, {"a": 2, "b": 3}], {"a": [1, 2], "b": [None, 3]}),
        ([{"a": {"b": 1, "c": {"d": 2}}}], {"a.b": [1], "a.c.d": [2]}),
        ([{"a": {"b": 1}}, {"a": None}, {"a": 7}], {"a.b": [1, None, None], "a": [None, None, 7]}),
        ([{"a": {}}], {"a": [{}]}),
        ([{"a": 1}, {"a": {}}], {"a": [1, {}]}),
        ([{"a": {"b": 1}}, {"a": {}}], {"a.b": [1, None], "a": [None, {}]}),
        ([{"a": [1, 2]}], {"a": [[1, 2]]}),
    ],
)
def test_rows_become_columns(rows, columns):
    assert transpose(rows) == columns
    assert as_columns(rows) == columns


def test_columns_of_mappings_become_columns():
    assert as_columns({"a": [{"b": 1}, {"b": 2}], "c": (1, 2)}) == {"a.b": [1, 2], "c": (1, 2)}


def test_a_mapping_of_many_keys_stays_one_column():
    many = {str(i): i for i in range(MAX_NESTED + 1)}
    assert transpose([{"a": many}]) == {"a": [many]}


def test_mappings_without_end_are_followed_only_so_far():
    deep = {"a": 1}
    for _ in range(5000):
        deep = {"a": deep}
    (name,) = transpose([deep])
    assert name == ".".join("a" * 17)
