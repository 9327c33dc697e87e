import pytest

from graphsignal_mw.mapping import Endpoint, Mapper, Output
from graphsignal_mw.records import GroundTruth, Prediction

from .exchanges import exchange, mapped

LABELS = {"kind": "ground_truth", "label": "$.label", "prediction": "$.prediction"}
MANY = {"features": "$.instances", "predictions": "$.predictions"}


def pairs(found):
    return [(dict(p.features), dict(p.outputs)) for p in found.predictions]


def test_everything_of_one_instance():
    endpoint = {
        "deployment": "{name}_prod",
        "metadata": {"model_version": "$request.headers.x-model", "region": "$response.headers.x-region", "team": "a"},
        "features": "$.transaction",
        "predictions": {"fraud": "$.is_fraud"},
        "score": "$.score",
        "segments": ("$.transaction.country", "$.vip"),
        "timestamp": "$.sent_at",
        "prediction_id": "$.id",
        "exclude": ("card_number",),
    }
    request = {
        "id": 17,
        "sent_at": "2024-01-01T00:00:00Z",
        "vip": True,
        "transaction": {"amount": 5.5, "country": "DE", "card_number": "4111"},
    }
    found = mapped(
        endpoint,
        request,
        {"is_fraud": False, "score": 0.125},
        params={"name": "fraud"},
        request_headers=[(b"content-type", b"application/json"), (b"x-model", b"1.2")],
    )
    assert (found.deployment, found.metadata, found.counters) == (
        "fraud_prod",
        {"model_version": "1.2", "team": "a"},
        {},
    )
    assert found.predictions == [
        Prediction(
            features={"amount": 5.5, "country": "DE"},
            outputs={"fraud": False},
            segments=("country=DE", "vip=true"),
            timestamp=1_704_067_200.0,
            score=0.125,
            prediction_id="17",
        )
    ]


@pytest.mark.parametrize(
    ("endpoint", "request_body", "response_body", "expected"),
    [
        (
            MANY,
            {"instances": [{"a": 1}, {"a": 2}]},
            {"predictions": [0.1, 0.9]},
            [({"a": 1}, {"prediction": 0.1}), ({"a": 2}, {"prediction": 0.9})],
        ),
        (
            MANY | {"feature_names": ("a", "b"), "exclude": ("b",)},
            {"instances": [[1, 2], [3, 4]]},
            {"predictions": [[0.1, 0.9], [0.2, 0.8]]},
            [
                ({"a": 1}, {"prediction_0": 0.1, "prediction_1": 0.9}),
                ({"a": 3}, {"prediction_0": 0.2, "prediction_1": 0.8}),
            ],
        ),
        (
            MANY,
            {"instances": {"a": [1, 2], "b": ["x", "y"]}},
            {"predictions": {"p": [0.1, 0.9]}},
            [({"a": 1, "b": "x"}, {"p": 0.1}), ({"a": 2, "b": "y"}, {"p": 0.9})],
        ),
        (
            {"features": "$.instances[*].data", "predictions": {"p": "$.predictions[*].p", "model": "$.model"}},
            {"instances": [{"data": {"a": 1}}, {"data": {"a": 2}}]},
            {"predictions": [{"p": 0.1}, {"p": 0.9}], "model": "m"},
            [({"a": 1}, {"p": 0.1, "model": "m"}), ({"a": 2}, {"p": 0.9, "model": "m"})],
        ),
        ({"features": "$"}, {"a": 1}, None, [({"a": 1}, {})]),
        ({"predictions": "$.p"}, None, {"p": 0.5}, [({}, {"prediction": 0.5})]),
        ({"predictions": {"p": "$.p", "q": "$.q"}}, None, {"p": 0.5, "q": [1, 2]}, [({}, {"p": 0.5, "q": [1, 2]})]),
        (MANY, {"instances": []}, {"predictions": []}, []),
    ],
)
def test_instances_and_predictions_are_paired(endpoint, request_body, response_body, expected):
    found = mapped(endpoint, request_body, response_body)
    assert pairs(found) == expected
    assert found.counters == {}


@pytest.mark.parametrize(
    ("predictions", "outputs", "mismatched"),
    [
        ([0.1, 0.2, 0.3], [{"prediction": 0.1}, {"prediction": 0.2}], 1),
        ([0.1], [{"prediction": 0.1}], 1),
        (0.1, [{"prediction": 0.1}], 1),
        ([], [], 2),
    ],
)
def test_another_number_of_predictions_than_of_instances_is_counted(predictions, outputs, mismatched):
    found = mapped(MANY, {"instances": [{"a": 1}, {"a": 2}]}, {"predictions": predictions})
    assert [p.outputs for p in found.predictions] == outputs
    assert found.counters == {"mismatched": mismatched}


def test_named_predictions_of_another_length_are_counted():
    endpoint = {"features": "$.rows", "predictions": {"p": "$.p", "q": "$.q[*]"}}
    found = mapped(endpoint, {"rows": [{"a": 1}, {"a": 2}, {"a": 3}]}, {"p": [1, 2, 3], "q": [4, 5]})
    assert [p.outputs for p in found.predictions] == [{"p": p, "q": None} for p in (1, 2, 3)]
    assert found.counters == {"mismatched": 1}


def test_a_value_that_an_instance_lacks_is_not_taken_from_another():
    endpoint = MANY | {"segments": ("$.instances[*].country",), "timestamp": "$.times"}
    request = {"instances": [{"country": "DE"}, {}, {"country": "FR"}], "times": [1, 2]}
    found = mapped(endpoint, request, {"predictions": [1, 2, 3]})
    assert [(p.segments, p.timestamp) for p in found.predictions] == [((), None)] * 3
    assert found.counters == {"mismatched": 2}


def test_lists_that_do_not_fit_their_names_are_counted():
    found = mapped(MANY | {"feature_names": ("a", "b")}, {"instances": [[1, 2], [3]]}, {"predictions": [0, 1]})
    assert [p.features for p in found.predictions] == [{"a": 1, "b": 2}, {"feature_0": 3}]
    assert found.counters == {"mismatched": 1}


def test_values_of_each_instance_and_of_all():
    endpoint = MANY | {"segments": ("$.country", "$.tiers"), "timestamp": "$.at", "score": "$.scores"}
    request = {"instances": [{"a": 1}, {"a": 2}], "country": "DE", "tiers": ["x", None], "at": 5}
    found = mapped(endpoint, request, {"predictions": [0, 1], "scores": [0.25, 0.75]})
    assert [(p.segments, p.timestamp, p.score) for p in found.predictions] == [
        (("country=DE", "tiers=x"), 5.0, 0.25),
        (("country=DE",), 5.0, 0.75),
    ]
    assert found.counters == {}


def test_what_is_not_found_or_not_understood_is_counted_by_field():
    endpoint = {
        "features": "$.x",
        "predictions": {"p": "$.y", "q": "$.z"},
        "score": "$.score",
        "timestamp": "$.at",
        "segments": ("$.country",),
        "prediction_id": "$.id",
    }
    found = mapped(endpoint, {"x": {"a": 1}, "at": "yesterday"}, {"y": 1, "score": 7})
    assert pairs(found) == [({"a": 1}, {"p": 1})]
    assert found.counters == {
        "unmatched.q": 1,
        "unmatched.score": 1,
        "unmatched.timestamp": 1,
        "unmatched.segment country": 1,
        "unmatched.prediction_id": 1,
    }


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, "completed"),
        (422, "completed"),
        (307, "completed"),
        (308, "completed"),
        (500, "failed"),
        (200, "aborted"),
        (None, "aborted"),
    ],
)
def test_only_a_success_is_a_prediction(status, outcome):
    """Traps 31 and 34: redirects, rejects and aborts are no predictions, and their bodies no errors."""
    found = mapped({"features": "$.x", "predictions": "$.y"}, {"x": {"a": 1}}, b"<p>", status=status, outcome=outcome)
    assert (found.deployment, found.predictions, found.counters) == ("model", [], {})


def test_features_of_an_answer_without_a_body():
    """Trap 31."""
    found = mapped({"features": "$.x", "predictions": "$.y"}, {"x": {"a": 1}}, b"", status=204)
    assert pairs(found) == [({"a": 1}, {})]
    assert found.counters == {}


def test_bodies_that_cannot_be_parsed_are_no_prediction():
    found = mapped({"features": "$", "predictions": "$"}, b"{", b"", response_state="truncated")
    assert found.predictions == []
    assert found.counters == {
        "unparsed.invalid_json": 1,
        "unparsed.truncated": 1,
    }


def test_one_label():
    found = mapped(
        LABELS | {"segments": ("$.country",), "timestamp": "$.at", "score": "$.score", "prediction_id": "$.id"},
        {"label": True, "prediction": False, "country": "DE", "at": 5, "score": 0.5, "id": "a-1"},
        b"",
        status=204,
    )
    assert found.predictions == []
    assert found.labels == [GroundTruth(True, False, ("country=DE",), 5.0, 0.5, "a-1")]
    assert found.counters == {}


def test_a_batch_of_labels():
    found = mapped(
        LABELS | {"output": Output(kind="binary"), "segments": ("$.country",)},
        {"label": [0, 1, 1], "prediction": [1, 1], "country": ["DE", "FR"]},
    )
    assert [(x.label, x.prediction, x.segments, x.kind) for x in found.labels] == [
        (False, True, ("country=DE",), "binary"),
        (True, True, ("country=FR",), "binary"),
    ]
    assert found.counters == {"mismatched": 1}


@pytest.mark.parametrize("kind", ["binary", "categorical", "numeric", None])
def test_null_is_no_label(kind):
    found = mapped(LABELS | {"output": Output(kind=kind)}, {"label": ["a", None, "b"], "prediction": ["a", "b", None]})
    assert [(x.label, x.prediction) for x in found.labels] == [("a", "a")]
    assert found.counters == {"unmatched.label": 1, "unmatched.prediction": 1}


def test_a_deployment_whose_header_is_missing_is_unknown():
    mapper = Mapper(Endpoint(path="/{name}", deployment="{name}_$request.headers.x-tenant", features="$"))
    there = exchange({"a": 1}, params={"name": "iris"}, request_headers=[(b"x-tenant", b"acme")])
    assert mapper.headers == ("x-tenant",)
    assert mapper.map(there).deployment == "iris_acme"
    assert mapper.map(exchange({"a": 1}, params={"name": "iris"})).deployment == "iris_unknown"
    assert mapper.deployment({"name": "iris"}) == "iris_unknown"


def test_descendants_and_filters_lead_to_features_predictions_and_segments():
    endpoint = {
        "features": "$.inputs[?@.kind == 'n'].values",
        "predictions": {"price": "$..price"},
        "segments": ("$..country",),
    }
    request = {"inputs": [{"kind": "text", "values": "x"}, {"kind": "n", "values": {"area": 7.5, "country": "DE"}}]}
    found = mapped(endpoint, request, {"outputs": [{"result": {"price": 3.5}}]})
    assert pairs(found) == [({"area": 7.5, "country": "DE"}, {"price": 3.5})]
    assert (found.predictions[0].segments, found.counters) == (("country=DE",), {})
