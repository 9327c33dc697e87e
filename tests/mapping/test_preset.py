"""What an endpoint says besides its preset: its keys beat the preset's, or add to it."""

import pytest

from graphsignal_mw.mapping import PRESETS, Endpoint, Mapper

from .exchanges import exchange, mapped

REQUEST = {"instances": [{"a": 1, "country": "DE"}, {"a": 2, "country": "FR"}], "ids": [7, 8], "at": 5}
RESPONSE = {"predictions": [{"late": True, "p": 0.75}, {"late": False, "p": 0.25}]}


def test_keys_of_the_endpoint_add_to_its_preset():
    endpoint = {
        "preset": "tfserving",
        "deployment": "{name}_prod",
        "metadata": {"team": "a"},
        "score": "$.predictions[*].p",
        "segments": ("$.instances[*].country",),
        "timestamp": "$.at",
        "prediction_id": "$.ids",
        "exclude": ("country",),
    }
    found = mapped(endpoint, REQUEST, RESPONSE, params={"name": "iris"})
    assert (found.deployment, found.metadata, found.counters) == ("iris_prod", {"team": "a"}, {})
    assert [(p.features, p.outputs) for p in found.predictions] == [
        ({"a": 1}, {"late": True, "p": 0.75}),
        ({"a": 2}, {"late": False, "p": 0.25}),
    ]
    assert [(p.score, p.segments, p.timestamp, p.prediction_id) for p in found.predictions] == [
        (0.75, ("country=DE",), 5.0, "7"),
        (0.25, ("country=FR",), 5.0, "8"),
    ]


def test_paths_of_the_endpoint_beat_its_preset():
    endpoint = {"preset": "tfserving", "predictions": {"delayed": "$.predictions[*].late"}}
    assert [p.outputs for p in mapped(endpoint, REQUEST, RESPONSE).predictions] == [
        {"delayed": True},
        {"delayed": False},
    ]
    endpoint = {"preset": "tfserving", "features": "$.ids[*]"}
    found = mapped(endpoint, REQUEST, RESPONSE)
    assert [p.features for p in found.predictions] == [{"feature": 7}, {"feature": 8}]
    assert [p.outputs["p"] for p in found.predictions] == [0.75, 0.25]


def test_lists_that_do_not_fit_their_names_are_counted():
    endpoint = {"preset": "kserve_v1", "feature_names": ("a", "b")}
    found = mapped(endpoint, {"instances": [[1, 2], [1, 2, 3]]}, {"predictions": [0, 1]})
    assert found.predictions[0].features == {"a": 1, "b": 2}
    assert found.counters == {"mismatched": 1}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("status", [400, 500, 302])
def test_what_is_no_success_is_no_prediction(preset, status):
    found = mapped({"preset": preset}, REQUEST, {"error": "no"}, status=status)
    assert (found.predictions, found.counters) == ([], {})


@pytest.mark.parametrize("preset", PRESETS)
def test_bodies_that_are_not_whole_are_counted_by_reason(preset):
    found = mapped({"preset": preset}, b"{", b"", request_state="truncated")
    assert (found.predictions, found.counters) == ([], {"unparsed.truncated": 1, "unparsed.empty": 1})


@pytest.mark.parametrize(
    ("preset", "content_type", "reason"),
    [("tfserving", b"text/csv", "content_type"), ("tfserving", b"application/jsonlines", "invalid_json")],
)
def test_csv_and_json_lines_are_parsed_only_where_the_protocol_has_them(preset, content_type, reason):
    body = b'{"instances": [1]}\n{"instances": [2]}' if b"json" in content_type else b"1,2"
    found = mapped({"preset": preset}, body, RESPONSE, request_headers=[(b"content-type", content_type)])
    assert found.counters == {f"unparsed.{reason}": 1}


def test_the_json_lines_of_an_endpoint_without_a_preset_stay_unparsed():
    found = mapped({"features": "$"}, b"{}\n{}", None, request_headers=[(b"content-type", b"application/jsonlines")])
    assert found.counters == {"unparsed.invalid_json": 1}


def test_a_mapper_says_which_headers_its_preset_reads_and_whether_it_takes_lines():
    def mapper(preset):
        return Mapper(Endpoint(path="/p", deployment="$request.headers.x-stage", preset=preset))

    assert mapper("kserve_v2").headers == ("x-stage", "inference-header-content-length")
    assert (mapper("sagemaker").takes_lines, mapper("mlflow").takes_lines) == (True, False)
    assert mapper("mlflow").map(exchange({"inputs": [1]}, {"predictions": [2]})).deployment == "unknown"
