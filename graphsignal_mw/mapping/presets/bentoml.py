"""BentoML's HTTP services: a JSON object of a method's arguments, or its only argument; its value as the answer.

https://docs.bentoml.com/en/latest/get-started/hello-world.html
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.instances import Row, to_instances, to_outputs
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import by_row
from graphsignal_mw.mapping.presets.torchserve import read


def _features(body: Any, names: Sequence[str], _counters: Counter[str]) -> list[Row] | None:
    if isinstance(body, dict) and len(body) == 1:
        ((name, value),) = body.items()
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return by_row(value, name, names)  # texts are a batch of texts, numbers one vector
        body = value if isinstance(value, (list, dict)) else body
    return to_instances([body], names, singular=True)


def _outputs(body: Any, instances: int | None, _counters: Counter[str]) -> list[Row] | None:
    return to_outputs([body], instances, singular=True)


PRESET = Preset(features=_features, outputs=_outputs, read=read)
