import numpy as np
import pytest

from graphsignal_mw.labels.remembered import Remembered, from_bytes, identity, remember, to_bytes
from graphsignal_mw.records import Prediction


def kept(outputs, **fields):
    found = remember("model", "v1", Prediction({"secret": 1}, outputs, ("a=1",), score=0.5), 9.0, **fields)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("outputs", "output", "value"),
    [
        ({"prediction": True}, None, True),
        ({"anything": "a"}, None, "a"),
        ({"prediction": 1, "other": 2}, None, 1),
        ({"fraud": True, "amount": 2.5}, "amount", 2.5),
        ({"fraud": np.bool_(True)}, None, True),
        ({"amount": np.float32(0.5)}, None, 0.5),
        ({"fraud": True, "amount": 2.5}, None, None),
        ({"fraud": True}, "amount", None),
        ({"list": [1, 2]}, None, None),
        ({"none": None}, None, None),
        ({"nan": float("nan")}, None, None),
        ({}, None, None),
    ],
    ids=str,
)
def test_the_output_is_the_named_one_the_only_one_or_the_one_called_prediction(outputs, output, value):
    assert kept(outputs, output=output) == value


def test_a_row_holds_what_a_label_needs_and_nothing_else():
    found = remember("model", "v1", Prediction({"secret": 1}, {"y": True}, ("a=1",), score=0.5), 9.0, kind="binary")
    assert from_bytes(to_bytes(found)) == found == Remembered("model", "v1", True, 9.0, 0.5, ("a=1",), "binary")
    assert b"secret" not in to_bytes(found)


def test_what_is_no_row_is_none():
    assert from_bytes(b"\x93\x01") is None


def test_the_digest_of_an_id_depends_on_deployment_id_and_key():
    digests = {identity(*each) for each in [("a", "1", b""), ("b", "1", b""), ("a", "2", b""), ("a", "1", b"key")]}
    assert len(digests) == 4
    assert {len(each) for each in digests} == {16}
    assert identity("a", "\ud800", b"k" * 100)
