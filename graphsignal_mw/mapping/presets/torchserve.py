"""TorchServe's predictions: whatever the handler takes and gives, as JSON; ``instances`` where it speaks KServe's V1.

https://docs.pytorch.org/serve/inference_api.html
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.body import content_of, header
from graphsignal_mw.mapping.formats import parse_value
from graphsignal_mw.mapping.instances import Row, to_instances, to_outputs
from graphsignal_mw.mapping.presets import kserve_v1
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.records import BodyState, Headers

_WRAPPERS = ("data", "body")  # keys under which handlers look for their input


def read(body: bytes | bytearray, state: BodyState, headers: Headers) -> Any:
    """Return the parsed JSON, or the text that a handler gave."""
    return parse_value(content_of(body, state, headers), header(headers, "content-type"))


def _features(body: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    found = kserve_v1.features(body, names, counters)
    if found is not None:
        return found
    if isinstance(body, dict) and len(body) == 1:
        ((key, value),) = body.items()
        body = value if key in _WRAPPERS else body
    return to_instances([body], names, singular=True)


def _outputs(body: Any, instances: int | None, counters: Counter[str]) -> list[Row] | None:
    found = kserve_v1.outputs(body, instances, counters)
    return to_outputs([body], instances, singular=True) if found is None else found


PRESET = Preset(features=_features, outputs=_outputs, read=read, asked=kserve_v1.ASKED, answered=kserve_v1.ANSWERED)
