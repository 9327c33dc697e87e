"""Bodies of the Open Inference Protocol and of its binary tensor data extension.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md (Inference Request
Examples) and https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html
"""

import json

import pytest

from mapping.exchanges import mapped

from .pairs import headers, pairs

INPUT0 = {"name": "input0", "shape": [2, 2], "datatype": "UINT32", "data": [1, 2, 3, 4]}
OUTPUT0 = {"name": "output0", "shape": [3, 2], "datatype": "FP32", "data": [1.0, 1.1, 2.0, 2.1, 3.0, 3.1]}


def tensor(name, shape, datatype, data):
    return {"name": name, "shape": shape, "datatype": datatype, "data": data}


def inputs(*tensors):
    return {"inputs": list(tensors)}


def outputs(*tensors):
    return {"outputs": list(tensors)}


def test_the_example_of_the_specification():
    """Its second input has one value for a shape of three, and its output three rows for two: both are counted."""
    request = {
        "id": "42",
        "inputs": [INPUT0, {"name": "input1", "shape": [3], "datatype": "BOOL", "data": [True]}],
        "outputs": [{"name": "output0"}],
    }
    assert pairs("kserve_v2", request, {"id": "42", "outputs": [OUTPUT0]}) == (
        [
            ({"input0_0": 1, "input0_1": 2}, {"output0_0": 1.0, "output0_1": 1.1}),
            ({"input0_0": 3, "input0_1": 4}, {"output0_0": 2.0, "output0_1": 2.1}),
        ],
        {"mismatched": 2},
    )


@pytest.mark.parametrize(
    "data",
    [[6.8, 2.8, 4.8, 1.4, 6.0, 3.4, 4.5, 1.6], [[6.8, 2.8, 4.8, 1.4], [6.0, 3.4, 4.5, 1.6]]],
    ids=["flat", "nested"],
)
def test_data_is_flat_or_nested(data):
    """The iris of KServe's own examples (iris-input-v2.json) and its answer."""
    request = inputs(tensor("input-0", [2, 4], "FP32", data))
    response = {
        "model_name": "sklearn-v2-iris",
        "model_version": "3",
        "outputs": [{"name": "output-0", "shape": [2], "datatype": "INT64", "data": [1, 1]}],
    }
    found = mapped({"preset": "kserve_v2", "feature_names": ("a", "b", "c", "d")}, request, response)
    assert [(p.features, p.outputs) for p in found.predictions] == [
        ({"a": 6.8, "b": 2.8, "c": 4.8, "d": 1.4}, {"output-0": 1}),
        ({"a": 6.0, "b": 3.4, "c": 4.5, "d": 1.6}, {"output-0": 1}),
    ]
    assert (found.metadata, found.counters) == ({"model_version": "3"}, {})


@pytest.mark.parametrize(
    ("datatype", "data", "values"),
    [
        ("BOOL", [1, 0, True], [True, False, True]),
        *[(f"{kind}{bits}", [1, 2.0, 200], [1, 2, 200]) for kind in ("UINT", "INT") for bits in (8, 16, 32, 64)],
        *[(f"FP{bits}", [1, 2.5, -0.0], [1.0, 2.5, -0.0]) for bits in (16, 32, 64)],
        ("BYTES", ["a", "é", ""], ["a", "é", ""]),
        ("FP32", [10**400, 1, None], [10**400, 1, None]),
        ("COMPLEX", [1, "x", 2.0], [1, "x", 2.0]),
    ],
)
def test_the_datatype_says_what_a_number_is(datatype, data, values):
    found, counters = pairs(
        "kserve_v2", inputs(tensor("x", [3, 1], datatype, data)), outputs(tensor("y", [3], "INT8", [0, 1, 2]))
    )
    got = [features["x"] for features, _ in found]
    assert (got, [type(value) for value in got]) == (values, [type(value) for value in values])
    assert counters == {}


def test_several_tensors_are_columns_of_the_same_instances():
    request = inputs(tensor("age", [2, 1], "INT32", [30, 40]), tensor("job", [2], "BYTES", ["a", "b"]))
    response = outputs(
        tensor("label", [2, 1], "BYTES", [["x"], ["y"]]), tensor("p", [2, 2], "FP64", [[0, 1], [0.5, 0.5]])
    )
    assert pairs("kserve_v2", request, response) == (
        [
            ({"age": 30, "job": "a"}, {"label": "x", "p_0": 0.0, "p_1": 1.0}),
            ({"age": 40, "job": "b"}, {"label": "y", "p_0": 0.5, "p_1": 0.5}),
        ],
        {},
    )


def test_tensors_of_different_first_dimensions_are_one_instance():
    request = inputs(tensor("tokens", [3], "INT64", [1, 2, 3]), tensor("limit", [1], "INT64", [5]))
    assert pairs("kserve_v2", request, outputs(tensor("y", [1], "FP32", [0.5]))) == (
        [({"tokens": [1, 2, 3], "limit": [5]}, {"y": 0.5})],
        {},
    )


def test_a_tensor_of_more_values_than_a_window_has_columns_is_one_column():
    image = inputs(tensor("image", [1, 3, 20, 20], "UINT8", [0] * 1200))
    (found,), counters = pairs("kserve_v2", image, outputs(tensor("y", [1], "INT8", [1])))
    assert (found, counters) == (({"image": [0] * 1200}, {"y": 1}), {})


@pytest.mark.parametrize(
    "odd",
    [
        tensor("x", [2, 2], "FP32", [1, 2, 3]),
        tensor("x", [-1, 2], "FP32", [1, 2]),
        tensor("x", [2.0], "FP32", [1, 2]),
        tensor("x", [True], "FP32", [1]),
        tensor("x", "2", "FP32", [1, 2]),
        tensor("x", [1] * 9, "FP32", [1]),
        tensor("x", [2], "FP32", "12"),
        tensor(5, [1], "FP32", [1]),
        {"name": "x"},
        "x",
    ],
)
def test_a_tensor_that_does_not_fit_is_counted(odd):
    request = inputs(odd, tensor("z", [1], "INT8", [1]))
    assert pairs("kserve_v2", request, outputs(tensor("y", [1], "INT8", [1]))) == (
        [({"z": 1}, {"y": 1})],
        {"mismatched": 1},
    )


@pytest.mark.parametrize("body", [{"inputs": {}}, {"instances": [1]}, [], None])
def test_another_body_is_counted(body):
    assert pairs("kserve_v2", body, outputs(OUTPUT0))[1] == {"unmatched.features": 1}


BINARY = {
    "model_name": "mymodel",
    "inputs": [
        {"name": "input0", "shape": [2, 2], "datatype": "UINT32", "parameters": {"binary_data_size": 16}},
        {"name": "input1", "shape": [3], "datatype": "BOOL", "parameters": {"binary_data_size": 3}},
    ],
    "outputs": [{"name": "output0", "parameters": {"binary_data": True}}],
}
BINARY_ANSWER = {
    "outputs": [{"name": "output0", "shape": [3, 2], "datatype": "FP32", "parameters": {"binary_data_size": 24}}]
}


def with_bytes(value, size):
    """A body of JSON with binary data after it, and its headers."""
    text = json.dumps(value).encode()
    return text + b"\xff" * size, headers("application/octet-stream", inference_header_content_length=str(len(text)))


def test_binary_tensors_are_counted_and_not_parsed():
    """The example of the extension: the request's two tensors and the answer's one are in binary."""
    request, request_headers = with_bytes(BINARY, 19)
    response, response_headers = with_bytes(BINARY_ANSWER, 24)
    found = pairs("kserve_v2", request, response, request_headers=request_headers, response_headers=response_headers)
    assert found == ([], {"unparsed.binary": 2})


def test_a_tensor_in_json_beside_one_in_binary_is_kept():
    mixed = {"inputs": [BINARY["inputs"][0], tensor("z", [1], "INT8", [1])]}
    request, request_headers = with_bytes(mixed, 16)
    found = pairs("kserve_v2", request, outputs(tensor("y", [1], "INT8", [1])), request_headers=request_headers)
    assert found == ([({"z": 1}, {"y": 1})], {"unparsed.binary": 1})


@pytest.mark.parametrize(
    ("length", "state", "reason"),
    [
        ("10", "skipped", "binary"),
        ("0", "complete", "binary"),
        ("x", "complete", "invalid_json"),
        ("9" * 5000, "complete", "invalid_json"),
    ],
)
def test_a_body_of_bytes_alone_has_a_reason(length, state, reason):
    given = headers("application/octet-stream", inference_header_content_length=length)
    _, counters = pairs("kserve_v2", b"\x01\x02", outputs(OUTPUT0), request_headers=given, request_state=state)
    assert counters == {f"unparsed.{reason}": 1}
