"""KServe's V2 or Open Inference Protocol: tensors with name, shape and datatype; the first dimension is the batch.

https://github.com/kserve/open-inference-protocol; its binary tensor data extension is recognised, and not parsed:
https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from graphsignal_mw.mapping.body import content_of, header, parse, parse_json
from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.tensors import Tensor, to_tensor
from graphsignal_mw.mapping.unparsed import UnparsedError
from graphsignal_mw.records import BodyState, Headers

_JSON_LENGTH = "inference-header-content-length"
_MOST_DIGITS = 18
_NOTHING: Mapping[str, Any] = {}


def _read(body: bytes | bytearray, state: BodyState, headers: Headers) -> Any:
    """Return the parsed JSON; where the header gives its length, tensors follow it as bytes."""
    length = header(headers, _JSON_LENGTH)
    if length is None:
        return parse(body, state, headers)
    if state == "skipped" or length == "0":  # by its size and content type; and a tensor without any JSON
        raise UnparsedError("binary")
    data = content_of(body, state, headers)
    if not length.isdecimal() or len(length) > _MOST_DIGITS:
        raise UnparsedError("invalid_json")
    return parse_json(data[: int(length)], None)


def _features(body: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    return _rows(body.get("inputs"), names, counters) if isinstance(body, dict) else None


def _outputs(body: Any, _instances: int | None, counters: Counter[str]) -> list[Row] | None:
    return _rows(body.get("outputs"), (), counters) if isinstance(body, dict) else None


def _version(body: Any) -> str | None:
    version = body.get("model_version") if isinstance(body, dict) else None
    return version if isinstance(version, str) else None


def _rows(described: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    """Return one row an instance. Tensors of different first dimensions are no batch, but one instance of lists."""
    if not isinstance(described, list):
        return None
    tensors = _tensors(described, counters)
    if len(tensors) > 1 and len({tensor.rows for tensor in tensors.values()}) > 1:
        return [{name: tensor.values for name, tensor in tensors.items()}]
    if len(tensors) == 1:
        ((name, tensor),) = tensors.items()
        return tensor.instances(name, names)
    parts = [tensor.instances(name) for name, tensor in tensors.items()]
    return [{name: item for part in row for name, item in part.items()} for row in zip(*parts, strict=True)]


def _tensors(described: list[Any], counters: Counter[str]) -> dict[str, Tensor]:
    """Return the tensors by name. One that its own data does not fit is counted; one in binary, once for the body."""
    found: dict[str, Tensor] = {}
    binary = False
    for each in described:
        get = each.get if isinstance(each, dict) else _NOTHING.get
        tensor, name = to_tensor(get("data"), get("shape"), get("datatype")), get("name")
        if tensor is None and _is_binary(each):
            binary = True
            continue
        if tensor is None or not isinstance(name, str):
            counters["mismatched"] += 1
        else:
            found[name] = tensor
    if binary:
        if not found:
            raise UnparsedError("binary")
        counters["unparsed.binary"] += 1
    return found


def _is_binary(described: Any) -> bool:
    if not isinstance(described, dict) or "data" in described:
        return False
    parameters = described.get("parameters")
    return isinstance(parameters, dict) and "binary_data_size" in parameters


PRESET = Preset(features=_features, outputs=_outputs, version=_version, read=_read, headers=(_JSON_LENGTH,))
