"""Vertex AI's predict: ``instances`` and ``parameters``; ``predictions`` and the id of the model that made them.

https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import FEATURE, PREDICTION, by_row, to_row, top

_CLASSES = (("classes", "scores"), ("displayNames", "confidences"))  # as models of AutoML name them


def _features(body: Any, names: Sequence[str], _counters: Counter[str]) -> list[Row] | None:
    if not isinstance(body, dict) or "instances" not in body:
        return None
    return by_row(body["instances"], FEATURE, names)


def _outputs(body: Any, _instances: int | None, _counters: Counter[str]) -> list[Row] | None:
    if not isinstance(body, dict) or "predictions" not in body:
        return None
    found = body["predictions"]
    return [_output(each) for each in (found if isinstance(found, list) else (found,))]


def _output(prediction: Any) -> Row:
    if isinstance(prediction, dict):
        for labels, scores in _CLASSES:
            if isinstance(prediction.get(labels), list) and isinstance(prediction.get(scores), list):
                return top(prediction[labels], prediction[scores])
    return to_row(prediction, PREDICTION)


def _version(body: Any) -> str | None:
    version = body.get("deployedModelId") if isinstance(body, dict) else None
    return version if isinstance(version, str) else None


PRESET = Preset(
    features=_features,
    outputs=_outputs,
    version=_version,
    asked=("$.instances[*]",),
    answered=("$.predictions[*]",),
    strange=("deployedModelId",),
)
