"""Bodies of https://www.tensorflow.org/tfx/serving/api_rest (sections Classify and Regress, Predict, Example)."""

import pytest

from .pairs import pairs

TENSORS = [
    {"tag": "foo", "signal": [1, 2, 3, 4, 5], "sensor": [[1, 2], [3, 4]]},
    {"tag": "bar", "signal": [3, 4, 1, 2, 5], "sensor": [[4, 5], [6, 8]]},
]


@pytest.mark.parametrize(
    ("request_body", "response_body", "expected"),
    [
        pytest.param(
            {"instances": [1.0, 2.0, 5.0]},
            {"predictions": [3.5, 4.0, 5.5]},
            [({"feature": x}, {"prediction": y}) for x, y in [(1.0, 3.5), (2.0, 4.0), (5.0, 5.5)]],
            id="the call of the example, half plus three",
        ),
        pytest.param(
            {"instances": ["foo", "bar", "baz"]},
            {"predictions": [[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]]},
            [
                ({"feature": "foo"}, {"prediction_0": 0.1, "prediction_1": 0.9}),
                ({"feature": "bar"}, {"prediction_0": 0.2, "prediction_1": 0.8}),
                ({"feature": "baz"}, {"prediction_0": 0.3, "prediction_1": 0.7}),
            ],
            id="three scalars",
        ),
        pytest.param(
            {"instances": [[[1, 2]], [[3, 4]]]},
            {"predictions": [[0.5], [0.25]]},
            [
                ({"feature_0": 1, "feature_1": 2}, {"prediction": 0.5}),
                ({"feature_0": 3, "feature_1": 4}, {"prediction": 0.25}),
            ],
            id="two tensors of shape [1, 2]",
        ),
        pytest.param(
            {"signature_name": "serving_default", "instances": TENSORS},
            {"predictions": [{"class": "a", "p": 0.5}, {"class": "b", "p": 0.75}]},
            [(TENSORS[0], {"class": "a", "p": 0.5}), (TENSORS[1], {"class": "b", "p": 0.75})],
            id="several named inputs by row",
        ),
        pytest.param(
            {"inputs": {name: [row[name] for row in TENSORS] for name in TENSORS[0]}},
            {"outputs": {"class": ["a", "b"], "p": [0.5, 0.75]}},
            [(TENSORS[0], {"class": "a", "p": 0.5}), (TENSORS[1], {"class": "b", "p": 0.75})],
            id="several named inputs by column",
        ),
        pytest.param(
            {"inputs": [[1, 2], [3, 4]]},
            {"outputs": [0.1, 0.9]},
            [
                ({"feature_0": 1, "feature_1": 2}, {"prediction": 0.1}),
                ({"feature_0": 3, "feature_1": 4}, {"prediction": 0.9}),
            ],
            id="one input by column",
        ),
        pytest.param(
            {"inputs": {"x": [1, 2], "scale": [2]}},
            {"outputs": 5},
            [({"x": [1, 2], "scale": [2]}, {"prediction": 5})],
            id="named inputs of different first dimensions are no batch",
        ),
        pytest.param(
            {"signature_name": "tensorflow/serving/regress", "examples": [{"x": 1.0}, {"x": 2.0}]},
            {"results": [3.5, 4.0]},
            [({"x": 1.0}, {"prediction": 3.5}), ({"x": 2.0}, {"prediction": 4.0})],
            id="regress, as the example answers",
        ),
        pytest.param(
            {"examples": [{"x": 1.0}], "context": {"country": "DE"}},
            {"result": [3.5]},
            [({"x": 1.0, "country": "DE"}, {"prediction": 3.5})],
            id="regress with a context, as the reference answers",
        ),
        pytest.param(
            {"signature_name": "classify_objects", "examples": [{"caption": "seaside"}, {"caption": "mountains"}]},
            {"result": [[["beach", 0.25], ["sea", 0.75]], [["", 0.5]]]},
            [
                ({"caption": "seaside"}, {"label": "sea", "score": 0.75}),
                ({"caption": "mountains"}, {"label": "", "score": 0.5}),
            ],
            id="classify: the likeliest label",
        ),
    ],
)
def test_bodies_of_the_documentation(request_body, response_body, expected):
    assert pairs("tfserving", request_body, response_body) == (expected, {})


def test_nan_and_infinity_are_values():
    """Section JSON conformance."""
    found, counters = pairs(
        "tfserving", b'{"instances": [[1.0, -3.14, NaN, Infinity]]}', b'{"predictions": [-Infinity]}'
    )
    assert (
        str(found)
        == "[({'feature_0': 1.0, 'feature_1': -3.14, 'feature_2': nan, 'feature_3': inf}, {'prediction': -inf})]"
    )
    assert counters == {}


def test_an_only_named_tensor_is_spread_and_named():
    request, response = {"instances": [{"dense_input": [1, 2]}]}, {"predictions": [[0.1]]}
    assert pairs("tfserving", request, response)[0][0][0] == {"dense_input_0": 1, "dense_input_1": 2}
    assert pairs("tfserving", request, response, {"feature_names": ("a", "b")})[0][0][0] == {"a": 1, "b": 2}


@pytest.mark.parametrize("body", [{"features": [1]}, [1, 2], {"examples": {}}, 5, None])
def test_another_body_is_counted(body):
    assert pairs("tfserving", body, {"predictions": [1]}) == ([({}, {"prediction": 1})], {"unmatched.features": 1})
    assert pairs("tfserving", {"instances": [1]}, body) == ([({"feature": 1}, {})], {"unmatched.predictions": 1})
