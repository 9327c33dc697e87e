"""Mapping never raises, whatever clients and apps send, and what comes out can be uploaded."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from graphsignal_mw.mapping import Output

from .exchanges import mapped

NAMES = st.sampled_from(["x", "y", "feature_0", ""]) | st.text(max_size=3)
ODD = st.sampled_from([None, "\ud800", 0.5, True, 1_704_067_200, "2024-01-01", float("nan"), float("inf"), -1])
SCALARS = ODD | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)
DOCUMENTS = st.fixed_dictionaries({"x": ODD | VALUES, "y": ODD | VALUES}, optional={"z": VALUES}) | VALUES
BODIES = st.binary(max_size=30) | DOCUMENTS.map(lambda value: json.dumps(value).encode())
PATHS = st.sampled_from(["$", "$.x", "$.y", "$.x[*]", "$.x[*].y", "$[0]", "$['x','y']", "$.x[::2]"])
STATES = st.sampled_from(["complete", "complete", "complete", "incomplete", "truncated", "skipped"])
# Derandomised, so that a run says what the run before said; without deadline, because machines differ.
THOROUGH = settings(max_examples=150, deadline=None, database=None, derandomize=True)
FIELDS = {
    "score": st.none() | PATHS,
    "timestamp": st.none() | PATHS,
    "prediction_id": st.none() | PATHS,
    "segments": st.lists(PATHS, max_size=2).map(tuple),
}


@THOROUGH
@given(
    st.fixed_dictionaries(
        FIELDS
        | {
            "features": st.none() | PATHS,
            "predictions": PATHS | st.dictionaries(st.sampled_from(["p", "q"]), PATHS, min_size=1),
            "feature_names": st.sampled_from([(), ("a",), ("a", "b")]),
            "exclude": st.sampled_from([(), ("x",)]),
        }
    ),
    BODIES,
    BODIES,
    STATES,
)
def test_predictions_of_any_body(endpoint, request, response, state):
    found = mapped(endpoint, request, response, response_state=state)
    for prediction in found.predictions:
        assert all(isinstance(name, str) for name in [*prediction.features, *prediction.outputs])
        assert prediction.score is None or 0 <= prediction.score <= 1
        assert prediction.timestamp is None or 0 <= prediction.timestamp < 2**40
        assert all(len(segment.encode()) <= 1000 for segment in prediction.segments)
        json.dumps([prediction.features, prediction.outputs], ensure_ascii=False).encode()
    assert all(n > 0 for n in found.counters.values())


@THOROUGH
@given(
    st.fixed_dictionaries(
        FIELDS
        | {
            "kind": st.just("ground_truth"),
            "label": PATHS,
            "prediction": PATHS,
            "output": st.sampled_from([None, "binary", "categorical", "numeric"]).map(lambda kind: Output(kind=kind)),
        }
    ),
    BODIES,
    STATES,
)
def test_labels_of_any_body(endpoint, request, state):
    found = mapped(endpoint, request, b"", request_state=state)
    assert all(label.label is not None and label.prediction is not None for label in found.labels)
    assert found.predictions == []
    assert all(n > 0 for n in found.counters.values())
