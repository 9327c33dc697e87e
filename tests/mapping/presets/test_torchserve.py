"""Bodies of https://docs.pytorch.org/serve/inference_api.html and of TorchServe's own examples."""

import pytest

from .pairs import headers, pairs

TABBY = {"class": "n02123045 tabby, tabby cat", "probability": 0.42514491081237793}


@pytest.mark.parametrize(
    ("request_body", "response_body", "expected"),
    [
        ({"data": {"a": 1}}, TABBY, [({"a": 1}, TABBY)]),
        ({"a": 1, "b": 2}, [0.25, 0.75], [({"a": 1, "b": 2}, {"prediction_0": 0.25, "prediction_1": 0.75})]),
        ([{"a": 1}, {"a": 2}], [0.25, 0.75], [({"a": 1}, {"prediction": 0.25}), ({"a": 2}, {"prediction": 0.75})]),
        ([[1, 2]], [3], [({"feature_0": 1, "feature_1": 2}, {"prediction": 3})]),
        ([1, 2], 3, [({"feature_0": 1, "feature_1": 2}, {"prediction": 3})]),
        (
            {"instances": [{"data": "iVBORw0KGgo="}]},
            {"predictions": [2]},
            [({"data": "iVBORw0KGgo="}, {"prediction": 2})],
        ),
    ],
)
def test_json_of_the_documentation(request_body, response_body, expected):
    assert pairs("torchserve", request_body, response_body) == (expected, {})


@pytest.mark.parametrize(("answer", "value"), [(b"0", 0), (b"Positive", "Positive")])
def test_a_handler_may_answer_with_text(answer, value):
    """The digit of the example mnist, and a class."""
    found = pairs("torchserve", {"a": 1}, answer, response_headers=headers("text/plain; charset=utf-8"))
    assert found == ([({"a": 1}, {"prediction": value})], {})


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        ("image/jpeg", b"\xff\xd8", "content_type"),
        ("text/plain", b"\xff\xd8", "content_type"),
        ("application/json", b"{", "invalid_json"),
    ],
)
def test_an_image_has_a_reason(content_type, body, reason):
    found = pairs("torchserve", body, TABBY, request_headers=headers(content_type))
    assert found == ([({}, TABBY)], {f"unparsed.{reason}": 1})
