"""Bodies of https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol, and an example."""

import pytest

from .pairs import pairs

# https://kserve.github.io/website/docs/getting-started/predictive-first-isvc: iris-input.json and its answer.
IRIS = [[6.8, 2.8, 4.8, 1.4], [6.0, 3.4, 4.5, 1.6]]
NAMES = ("sepal_length", "sepal_width", "petal_length", "petal_width")


@pytest.mark.parametrize("key", ["instances", "inputs"])
def test_bodies_of_the_documentation(key):
    found = pairs("kserve_v1", {key: IRIS}, {"predictions": [1, 1]}, {"feature_names": NAMES})
    assert found == ([(dict(zip(NAMES, row, strict=True)), {"prediction": 1}) for row in IRIS], {})


def test_named_features_and_predictions():
    """Says the note: "The response payload in V1 protocol is not strictly enforced". Columns are predictions too."""
    request = {"instances": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}
    found = pairs("kserve_v1", request, {"predictions": {"class": ["p", "q"], "score": [0.5, 0.75]}})
    assert found == (
        [({"a": 1, "b": "x"}, {"class": "p", "score": 0.5}), ({"a": 2, "b": "y"}, {"class": "q", "score": 0.75})],
        {},
    )


def test_an_explanation_has_predictions_too():
    found = pairs("kserve_v1", {"instances": [[1, 2]]}, {"predictions": [0], "explanations": [[0.5, 0.5]]})
    assert found == ([({"feature_0": 1, "feature_1": 2}, {"prediction": 0})], {})


def test_failed_and_missing_instances_are_counted():
    found = pairs("kserve_v1", {"instances": [{"a": 1}, {"a": 2}, {"a": 3}]}, {"predictions": [0.5, None]})
    assert found == ([({"a": 1}, {"prediction": 0.5}), ({"a": 2}, {"prediction": None})], {"mismatched": 1})


def test_another_body_is_counted():
    assert pairs("kserve_v1", {"rows": []}, {"error": "no"}) == (
        [],
        {"unmatched.features": 1, "unmatched.predictions": 1},
    )
