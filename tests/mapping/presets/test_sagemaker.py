"""Bodies of https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html and of its page on Linear Learner."""

import json

import pytest

from .pairs import headers, pairs

DENSE = {"feature_0": 1.5, "feature_1": 16.0, "feature_2": 14.0, "feature_3": 23.0}
SECOND = {"feature_0": -2.0, "feature_1": 100.2, "feature_2": 15.2, "feature_3": 9.2}
CLUSTERS = [{"closest_cluster": 5, "distance_to_cluster": 36.5}, {"closest_cluster": 2, "distance_to_cluster": 90.3}]
CSV, LINES = headers("text/csv;label_size=0"), headers("application/jsonlines")


@pytest.mark.parametrize(
    ("instances", "expected"),
    [
        ([{"features": [1.5, 16.0, 14.0, 23.0]}, {"features": [-2.0, 100.2, 15.2, 9.2]}], [DENSE, SECOND]),
        ([{"data": {"features": {"values": [1.5, 16.0, 14.0, 23.0]}}}], [DENSE]),
        (
            [{"data": {"features": {"keys": [26, 182], "shape": [2000], "values": [1, 4]}}}],
            [{"feature_26": 1, "feature_182": 4}],
        ),
        ([{"configuration": {}, "data": {"age": 5, "job": "x"}}], [{"age": 5, "job": "x"}]),
        ([[1.5, 16.0, 14.0, 23.0]], [DENSE]),
        ([{"age": 5, "job": "x"}], [{"age": 5, "job": "x"}]),
    ],
)
def test_json_of_the_documentation(instances, expected):
    found = pairs("sagemaker", {"instances": instances}, {"predictions": CLUSTERS[: len(instances)]})
    assert found == (list(zip(expected, CLUSTERS, strict=False)), {})


def test_a_linear_learner_answers_with_a_score():
    response = {"predictions": [{"score": 0.4, "predicted_label": 0}]}
    found = pairs("sagemaker", {"instances": [{"features": [1]}]}, response)
    assert found == ([({"feature": 1}, {"score": 0.4, "predicted_label": 0})], {})


def test_json_lines_in_and_out():
    request = b'{"features": [1.5, 16.0, 14.0, 23.0]}\n{"data": {"features": {"values": [-2.0, 100.2, 15.2, 9.2]}}}\n'
    answers = [
        {"distance_to_cluster": 23.40593910217285, "closest_cluster": 0.0},
        {"distance_to_cluster": 27.250282287597656, "closest_cluster": 0.0},
    ]
    response = "\n".join(map(json.dumps, answers)).encode()
    found = pairs("sagemaker", request, response, request_headers=LINES, response_headers=LINES)
    assert found == ([(DENSE, answers[0]), (SECOND, answers[1])], {})


def test_a_line_that_is_no_json_is_counted_and_keeps_its_place():
    """The documentation's own third example lacks a brace."""
    request = (
        b'{"features": [1]}\n{ "data": { "features": { "values": [ 1.5, 16.0, 14.0, 23.0] } }\n{"features": [NaN]}\n'
    )
    found, counters = pairs(
        "sagemaker", request, b'{"p": 1}\n{"p": 2}\n{"p": 3}', request_headers=LINES, response_headers=LINES
    )
    assert str(found) == "[({'feature': 1}, {'p': 1}), ({}, {'p': 2}), ({'feature': nan}, {'p': 3})]"
    assert counters == {"unparsed.line": 1}


@pytest.mark.parametrize("response", [b"0.25\n0.75\n", b"0.25,0.75"])
def test_csv_in_and_out(response):
    """Containers answer with one value a line, or with all of them in one."""
    request = b"1.5,16.0,14.0,23.0\n-2.0,100.2,15.2,9.2\n"
    found = pairs(
        "sagemaker", request, response, request_headers=CSV, response_headers=headers("text/csv; charset=utf-8")
    )
    assert found == ([(DENSE, {"prediction": 0.25}), (SECOND, {"prediction": 0.75})], {})


def test_the_one_line_of_one_instance_is_its_outputs():
    found = pairs("sagemaker", b"1", b"0.25,0.75", request_headers=CSV, response_headers=CSV)
    assert found == ([({"feature": 1}, {"prediction_0": 0.25, "prediction_1": 0.75})], {})


def test_cells_of_csv_are_numbers_text_or_missing():
    fields = {"feature_names": ("age", "job", "note", "id")}
    found = pairs("sagemaker", b'30,"a, b",,1_000\n', b"yes", fields, request_headers=CSV, response_headers=CSV)
    assert found == ([({"age": 30, "job": "a, b", "note": None, "id": "1_000"}, {"prediction": "yes"})], {})


def test_a_container_of_ones_own():
    request = {"age": 30, "jobs": ["a"]}
    assert pairs("sagemaker", request, [{"label": "x", "score": 0.5}]) == (
        [(request, {"label": "x", "score": 0.5})],
        {},
    )
    assert pairs("sagemaker", {"age": [30, 40], "job": ["a", "b"]}, [0, 1]) == (
        [({"age": 30, "job": "a"}, {"prediction": 0}), ({"age": 40, "job": "b"}, {"prediction": 1})],
        {},
    )


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"\x00\x01", "application/x-recordio-protobuf", "content_type"),
        (b"\xff\xfe,1", "text/csv", "invalid_csv"),
        (b'"' + b"a" * 200_000, "text/csv", "invalid_csv"),
        (b"{\n[\n", "application/x-ndjson", "invalid_json"),
        (b" \n", "application/jsonlines", "empty"),
    ],
)
def test_what_cannot_be_parsed_has_a_reason(body, content_type, reason):
    _, counters = pairs("sagemaker", body, {"predictions": [1]}, request_headers=headers(content_type))
    assert counters == {f"unparsed.{reason}": 1}
