"""Bodies of Google's documentation of online predictions.

https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements (request and response requirements),
https://cloud.google.com/vertex-ai/docs/tabular-data/classification-regression/get-online-predictions (AutoML) and
https://cloud.google.com/vertex-ai/docs/image-data/classification/get-predictions (parameters, displayNames).
"""

import pytest

from mapping.exchanges import mapped

from .pairs import pairs


def test_a_tabular_classification():
    request = {"instances": [{"feature_column_a": "value", "feature_column_b": "value"}]}
    response = {
        "predictions": [{"scores": [0.96771615743637085, 0.032283786684274673], "classes": ["0", "1"]}],
        "deployedModelId": "2429510197",
    }
    found = mapped({"preset": "vertexai"}, request, response)
    assert [(p.features, p.outputs) for p in found.predictions] == [
        (request["instances"][0], {"label": "0", "score": 0.96771615743637085})
    ]
    assert (found.metadata, found.counters) == ({"model_version": "2429510197"}, {})


def test_a_version_of_the_endpoint_beats_that_of_the_response():
    endpoint = {"preset": "vertexai", "metadata": {"model_version": "7"}}
    found = mapped(endpoint, {"instances": [[1]]}, {"predictions": [1], "deployedModelId": "2429510197"})
    assert found.metadata == {"model_version": "7"}


@pytest.mark.parametrize(
    ("request_body", "response_body", "expected"),
    [
        pytest.param(
            {"instances": [{"content": "CONTENT"}], "parameters": {"confidenceThreshold": 0.5, "maxPredictions": 5}},
            {"predictions": [{"ids": ["7", "8"], "displayNames": ["Salad", "Tomato"], "confidences": [0.97, 0.12]}]},
            [({"content": "CONTENT"}, {"label": "Salad", "score": 0.97})],
            id="an image and its parameters",
        ),
        pytest.param(
            {"instances": [[1, 2], [3, 4]]},
            {"predictions": [1.899170756340027, [0.5, 0.5]]},
            [
                ({"feature_0": 1, "feature_1": 2}, {"prediction": 1.899170756340027}),
                ({"feature_0": 3, "feature_1": 4}, {"prediction_0": 0.5, "prediction_1": 0.5}),
            ],
            id="any JSON values, as a container gives them",
        ),
        pytest.param(
            {"instances": [{"a": 1}]},
            {"predictions": [{"value": 5.5, "lower_bound": 1.0, "upper_bound": 9.0}]},
            [({"a": 1}, {"value": 5.5, "lower_bound": 1.0, "upper_bound": 9.0})],
            id="a regression",
        ),
    ],
)
def test_bodies_of_the_documentation(request_body, response_body, expected):
    assert pairs("vertexai", request_body, response_body) == (expected, {})


@pytest.mark.parametrize(
    ("scores", "output"),
    [
        ([float("nan"), 0.25, 0.5], {"label": "c", "score": 0.5}),
        (["0.9", None, 0.25], {"label": "c", "score": 0.25}),
        ([0.25], {"label": "a", "score": 0.25}),
        ([None], {"label": None, "score": None}),
        ([], {"label": None, "score": None}),
    ],
)
def test_the_likeliest_class_is_one_with_a_number(scores, output):
    response = {"predictions": [{"classes": ["a", "b", "c"], "scores": scores}]}
    assert pairs("vertexai", {"instances": [1]}, response) == ([({"feature": 1}, output)], {})


def test_another_body_is_counted():
    found = pairs("vertexai", {"inputs": [1]}, {"error": {"code": 400}})
    assert found == ([], {"unmatched.features": 1, "unmatched.predictions": 1})
