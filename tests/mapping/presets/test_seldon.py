"""Bodies of Seldon Core 1.

https://docs.seldon.ai/seldon-core-1/reference/prediction-apis (Microservice API), and the answers of
https://github.com/SeldonIO/seldon-core/tree/master/python/tests (test_microservice.py).
"""

import pytest

from .pairs import pairs

TENSOR = {"data": {"names": ["a", "b"], "tensor": {"shape": [2, 2], "values": [0, 0, 1, 1]}}}
NDARRAY = {"data": {"names": ["a", "b"], "ndarray": [[1.0, 2.0]]}}


@pytest.mark.parametrize(
    ("request_body", "response_body", "expected"),
    [
        pytest.param(
            TENSOR,
            {"data": {"names": ["c"], "tensor": {"shape": [2, 1], "values": [5, 6]}}},
            [({"a": 0, "b": 0}, {"c": 5}), ({"a": 1, "b": 1}, {"c": 6})],
            id="tensors",
        ),
        pytest.param(
            NDARRAY,
            {"data": {"names": ["t:0", "t:1"], "ndarray": [[1.0, 2.0]]}, "meta": {"routing": {}}},
            [({"a": 1.0, "b": 2.0}, {"t:0": 1.0, "t:1": 2.0})],
            id="ndarrays",
        ),
        pytest.param(
            NDARRAY, {"data": {"ndarray": [1]}}, [({"a": 1.0, "b": 2.0}, {"prediction": 1})], id="a router's answer"
        ),
        pytest.param(
            {"data": {"names": ["a"], "ndarray": ["test1", "test2"]}},
            {"data": {"names": ["c"], "ndarray": [[7], [8]]}},
            [({"a": "test1"}, {"c": 7}), ({"a": "test2"}, {"c": 8})],
            id="an ndarray of texts",
        ),
        pytest.param(
            {"data": {"names": ["a", "b"], "ndarray": [1, 2]}},
            {"data": {"names": ["x", "y"], "ndarray": [9, 9]}},
            [({"a": 1, "b": 2}, {"x": 9, "y": 9})],
            id="one dimension with as many names",
        ),
        pytest.param(
            {"jsonData": {"a": 1}},
            {"jsonData": {"my_predictions": 0.5}, "meta": {}},
            [({"a": 1}, {"my_predictions": 0.5})],
            id="JSON",
        ),
        pytest.param(
            {"jsonData": [{"a": 1}, {"a": 2}]},
            {"jsonData": [3, 4]},
            [({"a": 1}, {"prediction": 3}), ({"a": 2}, {"prediction": 4})],
            id="a list",
        ),
        pytest.param(
            {"strData": "text"}, {"strData": "answer"}, [({"feature": "text"}, {"prediction": "answer"})], id="text"
        ),
    ],
)
def test_bodies_of_the_documentation(request_body, response_body, expected):
    assert pairs("seldon", request_body, response_body) == (expected, {})


@pytest.mark.parametrize("body", [{"binData": "AAAA"}, {"customData": {}}, {"data": {"tftensor": {}}}])
def test_bytes_are_counted(body):
    assert pairs("seldon", body, {"strData": "x"}) == ([({}, {"prediction": "x"})], {"unparsed.binary": 1})


def test_a_tensor_that_does_not_fit_its_shape_is_counted():
    odd = {"data": {"tensor": {"shape": [2, 2], "values": [0]}}}
    assert pairs("seldon", odd, {"data": {"ndarray": []}}) == ([], {"mismatched": 1})


@pytest.mark.parametrize("body", [{"data": {}}, {"data": []}, {}, [], {"status": {"code": 500}}])
def test_another_body_is_counted(body):
    assert pairs("seldon", NDARRAY, body) == ([({"a": 1.0, "b": 2.0}, {})], {"unmatched.predictions": 1})
