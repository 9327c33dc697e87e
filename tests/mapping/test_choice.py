import pytest

from graphsignal_mw.mapping import Choice

ROW = {"age": 3, "card": "x", "customer": {"id": 7, "address": {"city": "B", "street": "S"}}, "empty": {}}


@pytest.mark.parametrize(
    ("dropped", "allowed", "kept"),
    [
        ([], [], ROW),
        (["card", "customer", "unknown"], [], {"age": 3, "empty": {}}),
        (["customer.id"], [], {**ROW, "customer": {"address": {"city": "B", "street": "S"}}}),
        (["customer.address.street"], [], {**ROW, "customer": {"id": 7, "address": {"city": "B"}}}),
        (["customer.id", "customer.address"], ["customer", "age"], {"age": 3}),
        ([], ["age"], {"age": 3}),
        ([], ["customer.address.city"], {"customer": {"address": {"city": "B"}}}),
        ([], ["customer"], {"customer": ROW["customer"]}),
        (["customer.id"], ["customer"], {"customer": {"address": {"city": "B", "street": "S"}}}),
        (["age"], ["age", "card"], {"card": "x"}),
        ([], ["unknown"], {}),
    ],
    ids=str,
)
def test_what_is_kept_of_rows_and_of_columns(dropped, allowed, kept):
    choice = Choice(dropped, allowed)
    assert choice.row(ROW) == kept
    assert choice.table([ROW, ROW]) == [kept, kept]
    columns = choice.table({name: [value, value] for name, value in ROW.items()})
    assert columns == {name: [value, value] for name, value in kept.items()}


def test_everything_is_recorded_unless_told():
    assert not Choice()
    assert Choice(["a"])
    assert Choice((), ["a"])


def test_a_column_of_which_only_some_rows_are_objects_keeps_its_place():
    assert Choice(["a.x"]).table({"a": [{"x": 1, "y": 2}, None, 5]}) == {"a": [{"y": 2}, None, 5]}
    assert Choice((), ["a.x"]).table({"a": [{"x": 1, "y": 2}, None, 5]}) == {"a": [{"x": 1}, None, None]}
