"""No preset raises, whatever clients and apps send, and what comes out can be uploaded."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from graphsignal_mw.mapping import PRESETS
from mapping.exchanges import mapped
from mapping.test_any_body import BODIES, ODD, STATES, THOROUGH, VALUES

KEYS = [
    *("instances", "inputs", "outputs", "predictions", "examples", "context", "result", "results", "dataframe_split"),
    *("dataframe_records", "columns", "data", "features", "values", "keys", "shape", "name", "names", "datatype"),
    *("parameters", "binary_data_size", "tensor", "ndarray", "jsonData", "strData", "binData", "classes", "scores"),
    *("model_version", "deployedModelId", "label", "score"),
]
SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, -1, 10**30, 1.0, True, None]), max_size=3)
TENSORS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["x", "y", 1, None]),
        "shape": SHAPES | ODD,
        "datatype": st.sampled_from(["FP32", "BOOL", "INT64", "BYTES", "?", 1, None, []]),
        "data": st.lists(ODD | st.integers() | st.lists(ODD, max_size=3), max_size=4) | ODD,
    }
)
LISTS = st.lists(TENSORS | VALUES | st.lists(st.lists(ODD, max_size=3), max_size=3), max_size=3)
PARTS = st.recursive(
    VALUES | LISTS | TENSORS, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=3), max_leaves=6
)
MESSAGES = st.dictionaries(st.sampled_from(KEYS), PARTS, min_size=1, max_size=3) | LISTS
LINES = st.lists(MESSAGES, min_size=1, max_size=3).map(lambda values: "\n".join(map(json.dumps, values)))
CSV = st.lists(st.lists(st.text('a1,." \n-e_', max_size=4), max_size=3).map(",".join), max_size=3).map("\n".join)
ANY = MESSAGES.map(json.dumps).map(str.encode) | LINES.map(str.encode) | CSV.map(str.encode) | BODIES
HEADERS = st.fixed_dictionaries(
    {
        "content-type": st.sampled_from(
            ["application/json", "text/csv", "application/jsonlines", "text/plain", "image/png"]
        )
    },
    optional={"inference-header-content-length": st.sampled_from(["0", "5", "1000", "-1", "x", "\xb2", "9" * 5000])},
).map(lambda headers: [(name.encode(), value.encode("latin-1")) for name, value in headers.items()])


@settings(THOROUGH, max_examples=250)
@given(ANY, ANY, HEADERS, HEADERS, STATES, st.sampled_from([(), ("a",), ("a", "b")]))
def test_every_preset_takes_any_body(request, response, request_headers, response_headers, state, names):
    for preset in PRESETS:
        found = mapped(
            {"preset": preset, "feature_names": names, "exclude": ("x",)},
            request,
            response,
            request_headers=request_headers,
            response_headers=response_headers,
            request_state=state,
        )
        for prediction in found.predictions:
            assert "x" not in prediction.features
            assert all(isinstance(name, str) for name in [*prediction.features, *prediction.outputs])
            json.dumps([prediction.features, prediction.outputs], ensure_ascii=False).encode()
        assert all(isinstance(n, int) and n > 0 for n in found.counters.values())
        assert all(isinstance(value, str) and len(value) <= 250 for value in found.metadata.values())


def test_a_long_name_is_not_repeated_for_every_item():
    """A megabyte that would become a gigabyte."""
    name = "x" * 1_000_000
    spread = mapped({"preset": "tfserving"}, {"instances": [{name: [0] * 1000}]}, {"predictions": [1]})
    tensor = {"name": name, "shape": [1, 1000], "data": [0] * 1000}
    tensors = mapped({"preset": "kserve_v2"}, {"inputs": [tensor]}, {"outputs": [tensor]})
    for found in (spread, tensors):
        assert len(found.predictions[0].features) == 1000
        assert max(map(len, found.predictions[0].features)) < 300
