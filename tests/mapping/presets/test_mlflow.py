"""Bodies of https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/ (Accepted Input Formats)."""

import pytest

from .pairs import headers, pairs

ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        ({"dataframe_split": {"index": [0, 1], "columns": ["a", "b"], "data": [[1, "x"], [2, "y"]]}}, ROWS),
        (
            {"dataframe_split": {"data": [[1, 2], [3, 4]]}},
            [{"feature_0": 1, "feature_1": 2}, {"feature_0": 3, "feature_1": 4}],
        ),
        (
            {"dataframe_split": {"columns": [0, True], "data": [[1, 2], [3, 4]]}},
            [{"0": 1, "true": 2}, {"0": 3, "true": 4}],
        ),
        ({"dataframe_records": ROWS}, ROWS),
        ({"instances": [1.0, 2.0]}, [{"feature": 1.0}, {"feature": 2.0}]),
        ({"inputs": [[1, 2], [3, 4]]}, [{"feature_0": 1, "feature_1": 2}, {"feature_0": 3, "feature_1": 4}]),
        (
            {"inputs": [["Cheese"], ["and", "Crackers"]]},
            [{"feature": "Cheese"}, {"feature_0": "and", "feature_1": "Crackers"}],
        ),
        ({"inputs": {"a": [1, 2], "b": ["x", "y"]}, "params": {"max_answer_len": 10}}, ROWS),
        (ROWS, ROWS),
    ],
)
def test_inputs_of_the_documentation(request_body, expected):
    found = pairs("mlflow", request_body, {"predictions": [0.5, 0.75]})
    assert found == ([(expected[0], {"prediction": 0.5}), (expected[1], {"prediction": 0.75})], {})


def test_a_question_with_its_context():
    """One question, and the answer of a pipeline, as the section on params has them."""
    question = {
        "question": ["What color is it?"],
        "context": ["Some people said it was green but I know that it is pink."],
    }
    found = pairs("mlflow", {"inputs": question, "params": {"max_answer_len": 10}}, {"predictions": ["pink"]})
    assert found == ([({name: value[0] for name, value in question.items()}, {"prediction": "pink"})], {})


def test_csv_has_its_names_in_the_first_line():
    found = pairs(
        "mlflow", b"a,b\r\n1,x\r\n2,y\r\n", {"predictions": [{"p": 1}, {"p": 2}]}, request_headers=headers("text/csv")
    )
    assert found == ([(ROWS[0], {"p": 1}), (ROWS[1], {"p": 2})], {})


def test_names_of_the_endpoint_beat_those_of_the_frame():
    frame = {"dataframe_split": {"columns": [0, 1], "data": [[1, 2]]}}
    assert pairs("mlflow", frame, {"predictions": [1]}, {"feature_names": ("a", "b")})[0] == [
        ({"a": 1, "b": 2}, {"prediction": 1})
    ]


def test_rows_that_do_not_fit_their_columns_are_counted_and_keep_their_place():
    frame = {"dataframe_split": {"columns": ["a", "b"], "data": [[1], [2, "y"], "x"]}}
    found = pairs("mlflow", frame, {"predictions": [0, 1, 2]})
    assert found == (
        [({}, {"prediction": 0}), (ROWS[1], {"prediction": 1}), ({}, {"prediction": 2})],
        {"mismatched": 2},
    )


@pytest.mark.parametrize("body", [{"dataframe_split": []}, {"messages": []}, "text"])
def test_another_body_is_counted(body):
    assert pairs("mlflow", body, {"predictions": [1]})[1] == {"unmatched.features": 1}
