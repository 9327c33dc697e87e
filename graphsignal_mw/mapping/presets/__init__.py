"""The protocols that model servers speak, by the name that ``preset:`` has in the YAML."""

from collections.abc import Mapping

from graphsignal_mw.mapping.presets import (
    bentoml,
    kserve_v1,
    kserve_v2,
    mlflow,
    sagemaker,
    seldon,
    tfserving,
    torchserve,
    vertexai,
)
from graphsignal_mw.mapping.presets.preset import Preset

PRESETS: Mapping[str, Preset] = {
    "tfserving": tfserving.PRESET,
    "kserve_v1": kserve_v1.PRESET,
    "kserve_v2": kserve_v2.PRESET,
    "mlflow": mlflow.PRESET,
    "sagemaker": sagemaker.PRESET,
    "vertexai": vertexai.PRESET,
    "seldon": seldon.PRESET,
    "torchserve": torchserve.PRESET,
    "bentoml": bentoml.PRESET,
}

__all__ = ["PRESETS", "Preset"]
