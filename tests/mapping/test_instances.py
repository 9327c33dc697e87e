import pytest

from graphsignal_mw.mapping.instances import join, misnamed, per_instance, to_column, to_instances, to_outputs


@pytest.mark.parametrize(
    ("value", "names", "instances"),
    [
        ({"a": 1, "b": "x"}, (), [{"a": 1, "b": "x"}]),
        ([{"a": 1}, {"b": 2}], (), [{"a": 1}, {"b": 2}]),
        ([[1, 2], [3, 4]], ("a", "b"), [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        ([[1, 2]], (), [{"feature_0": 1, "feature_1": 2}]),
        ([1, 2], ("a", "b"), [{"a": 1, "b": 2}]),
        ({"a": [1, 2], "b": [3, 4]}, (), [{"a": 1, "b": 3}, {"a": 2, "b": 4}]),
        ({"a": [1, 2], "b": [3]}, (), [{"a": [1, 2], "b": [3]}]),
        ({"a": [1, 2], "b": 3}, (), [{"a": [1, 2], "b": 3}]),
        (5, (), [{"feature": 5}]),
        (5, ("age",), [{"age": 5}]),
        ([], (), []),
        ({"a": [], "b": []}, (), []),
        ({}, (), [{}]),
    ],
)
def test_one_value_holds_one_instance_or_a_batch(value, names, instances):
    assert to_instances([value], names, singular=True) == instances


@pytest.mark.parametrize(
    ("found", "instances"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ([{"a": [1, 2]}], [{"a": [1, 2]}]),
        ([[[1], [2]]], [{"feature_0": [1], "feature_1": [2]}]),
    ],
)
def test_each_value_of_a_wildcard_is_an_instance_also_in_a_batch_of_one(found, instances):
    assert to_instances(found, (), singular=False) == instances


@pytest.mark.parametrize(
    ("rows", "names", "n"),
    [
        ([{"feature_0": 1}, {"a": 1}], ("a",), 1),
        ([{"a": 1}], ("a",), 0),
        ([{"feature_0": 1}], ("feature_0",), 0),
    ],
)
def test_lists_of_another_length_than_their_names_are_counted(rows, names, n):
    assert misnamed(rows, names) == n


@pytest.mark.parametrize(
    ("value", "instances", "outputs"),
    [
        (0.5, 1, [{"prediction": 0.5}]),
        ({"class": "a", "p": 0.5}, 1, [{"class": "a", "p": 0.5}]),
        ([0.1, 0.9], 1, [{"prediction_0": 0.1, "prediction_1": 0.9}]),
        ([0.1, 0.9], None, [{"prediction_0": 0.1, "prediction_1": 0.9}]),
        ([0.1, 0.9], 2, [{"prediction": 0.1}, {"prediction": 0.9}]),
        ([0.1, 0.9], 3, [{"prediction": 0.1}, {"prediction": 0.9}]),
        ([0.1], 1, [{"prediction": 0.1}]),
        ([[0.1, 0.9]], 1, [{"prediction_0": 0.1, "prediction_1": 0.9}]),
        ([{"class": "a"}, {"class": "b"}], None, [{"class": "a"}, {"class": "b"}]),
        ([{"p": [0.1, 0.9], "q": [1, 2]}], 1, [{"p": [0.1, 0.9], "q": [1, 2]}]),
        ({"p": [0.1, 0.9]}, 2, [{"p": 0.1}, {"p": 0.9}]),
        ({"p": [0.1, 0.9]}, 1, [{"p": [0.1, 0.9]}]),
        ({"p": [0.1, 0.9]}, None, [{"p": 0.1}, {"p": 0.9}]),
        ([], 0, []),
        ([], 1, []),
    ],
)
def test_the_number_of_instances_says_whether_a_list_is_a_batch(value, instances, outputs):
    assert to_outputs([value], instances, singular=True) == outputs


def test_each_output_of_a_wildcard_belongs_to_an_instance_also_in_a_batch_of_one():
    assert to_outputs([[0.7]], 1, singular=False) == [{"prediction_0": 0.7}]
    assert to_outputs([[0.7], [0.8]], 2, singular=False) == [{"prediction_0": 0.7}, {"prediction_0": 0.8}]


@pytest.mark.parametrize(
    ("found", "instances", "singular", "column"),
    [
        ([[1, 2]], 2, True, [1, 2]),
        ([[1, 2]], 3, True, [1, 2]),
        ([[1, 2]], 1, True, [[1, 2]]),
        ([[1, 2]], None, True, [[1, 2]]),
        ([7], 2, True, [7]),
        ([1, 2], 2, False, [1, 2]),
        ([[1, 2]], 2, False, [[1, 2]]),
    ],
)
def test_the_column_of_a_named_output(found, instances, singular, column):
    assert to_column(found, instances, singular=singular) == column


@pytest.mark.parametrize(
    ("columns", "rows", "misfits"),
    [
        ({}, [], 0),
        ({"a": [1, 2], "b": [3, 4]}, [{"a": 1, "b": 3}, {"a": 2, "b": 4}], 0),
        ({"a": [1, 2], "threshold": [0.5]}, [{"a": 1, "threshold": 0.5}, {"a": 2, "threshold": 0.5}], 0),
        ({"a": [1, 2, 3], "b": [4, 5]}, [{"a": 1, "b": None}, {"a": 2, "b": None}, {"a": 3, "b": None}], 1),
        ({"a": []}, [], 0),
    ],
)
def test_named_outputs_are_joined_by_position_or_not_at_all(columns, rows, misfits):
    assert join(columns) == (rows, misfits)


@pytest.mark.parametrize(
    ("found", "instances", "singular", "values"),
    [
        (["DE"], 3, True, ["DE", "DE", "DE"]),
        ([["DE", "FR"]], 2, True, ["DE", "FR"]),
        ([["DE", "FR"]], 3, True, None),
        ([["DE", "FR"]], 1, True, [["DE", "FR"]]),
        ([["DE"]], 1, True, ["DE"]),
        (["DE", "FR"], 2, False, ["DE", "FR"]),
        (["DE", "FR"], 3, False, None),
        (["DE"], 2, False, None),
        (["DE"], 1, False, ["DE"]),
    ],
)
def test_a_value_is_given_to_an_instance_only_when_it_is_known_whose_it_is(found, instances, singular, values):
    assert per_instance(found, instances, singular=singular) == values
