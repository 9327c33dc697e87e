"""Seldon Core's own protocol: ``data`` with ``names`` and ``ndarray`` or ``tensor``, ``jsonData`` or ``strData``.

https://docs.seldon.ai/seldon-core-1/reference/prediction-apis/prediction
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphsignal_mw.mapping.instances import Row, to_instances, to_outputs
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import FEATURE, PREDICTION, by_row, spread
from graphsignal_mw.mapping.presets.tensors import to_tensor
from graphsignal_mw.mapping.unparsed import UnparsedError
from graphsignal_mw.mapping.values import plain

_BINARY = ("binData", "customData")


def _features(body: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    if not isinstance(body, dict):
        return None
    if "jsonData" in body:
        return to_instances([body["jsonData"]], names, singular=True)
    return _message(body, FEATURE, names, counters)


def _outputs(body: Any, instances: int | None, counters: Counter[str]) -> list[Row] | None:
    if not isinstance(body, dict):
        return None
    if "jsonData" in body:
        return to_outputs([body["jsonData"]], instances, singular=True)
    return _message(body, PREDICTION, (), counters)


def _message(body: Mapping[str, Any], stem: str, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    if "strData" in body:
        return by_row(body["strData"], stem, names)
    if any(key in body for key in _BINARY):
        raise UnparsedError("binary")
    data = body.get("data")
    if not isinstance(data, dict):
        return None
    if "tftensor" in data:
        raise UnparsedError("binary")
    given = data.get("names")
    chosen = names or ([plain(name) for name in given] if isinstance(given, list) else ())
    if "tensor" in data:
        return _tensor(data["tensor"], stem, chosen, counters)
    return _ndarray(data.get("ndarray"), stem, chosen)


def _tensor(described: Any, stem: str, names: Sequence[str], counters: Counter[str]) -> list[Row]:
    found = described if isinstance(described, dict) else {}
    tensor = to_tensor(found.get("values"), found.get("shape"))
    if tensor is None:
        counters["mismatched"] += 1
        return []
    return tensor.instances(stem, names)


def _ndarray(array: Any, stem: str, names: Sequence[str]) -> list[Row] | None:
    """Return the rows of an array; one of a single dimension is one row where it has as many names."""
    if not isinstance(array, list):
        return None
    if len(names) > 1 and len(array) == len(names) and not any(isinstance(item, (list, dict)) for item in array):
        return [spread(array, stem, names)]
    return by_row(array, stem, names)


PRESET = Preset(features=_features, outputs=_outputs)
