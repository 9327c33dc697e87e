"""Bodies of https://docs.bentoml.com/en/latest/get-started/hello-world.html, and of the iris tutorial of 1.1."""

import pytest

from .pairs import headers, pairs

IRIS = {"feature_0": 5.9, "feature_1": 3, "feature_2": 5.1, "feature_3": 1.8}


def test_a_text_and_its_summary():
    answer = b"Hello world! Here's your summary: Whiskers jumped 20 feet."
    request = {"text": "Breaking News: In an astonishing turn of events ..."}
    found = pairs("bentoml", request, answer, response_headers=headers("text/plain; charset=utf-8"))
    assert found == ([(request, {"prediction": answer.decode()})], {})


@pytest.mark.parametrize(
    ("request_body", "response_body", "expected"),
    [
        ([[5.9, 3, 5.1, 1.8]], [2], [(IRIS, {"prediction": 2})]),
        ({"input_data": [[5.9, 3, 5.1, 1.8]]}, [2], [(IRIS, {"prediction": 2})]),
        ({"input_data": {"a": 1}}, {"Results": 0}, [({"a": 1}, {"Results": 0})]),
        ({"inputs": [{"a": 1}, {"a": 2}]}, [0, 1], [({"a": 1}, {"prediction": 0}), ({"a": 2}, {"prediction": 1})]),
        (
            {"texts": ["x", "y"]},
            ["p", "q"],
            [({"texts": "x"}, {"prediction": "p"}), ({"texts": "y"}, {"prediction": "q"})],
        ),
        ({"vector": [1, 2]}, 0.5, [({"feature_0": 1, "feature_1": 2}, {"prediction": 0.5})]),
        ({"a": 1, "b": "x"}, 0.5, [({"a": 1, "b": "x"}, {"prediction": 0.5})]),
        ({"a": 1}, 0.5, [({"a": 1}, {"prediction": 0.5})]),
    ],
)
def test_arguments_in_and_a_value_out(request_body, response_body, expected):
    assert pairs("bentoml", request_body, response_body) == (expected, {})


def test_a_body_that_is_no_json_is_counted():
    found = pairs("bentoml", b"--x", 0.5, request_headers=headers("multipart/form-data; boundary=x"))
    assert found == ([({}, {"prediction": 0.5})], {"unparsed.content_type": 1})
