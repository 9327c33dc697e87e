"""KServe's V1 protocol: ``instances`` or ``inputs``, both by row, and ``predictions``.

https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import FEATURE, PREDICTION, by_column


def features(body: Any, names: Sequence[str], _counters: Counter[str]) -> list[Row] | None:
    """Return the instances of a request."""
    for key in ("instances", "inputs"):
        if isinstance(body, dict) and key in body:
            return by_column(body[key], FEATURE, names)
    return None


def outputs(body: Any, _instances: int | None, _counters: Counter[str]) -> list[Row] | None:
    """Return the predictions of a response."""
    return by_column(body["predictions"], PREDICTION) if isinstance(body, dict) and "predictions" in body else None


ASKED = ("$.instances[*]", "$.instances", "$.inputs[*]", "$.inputs")
ANSWERED = ("$.predictions[*]", "$.predictions")
PRESET = Preset(features=features, outputs=outputs, asked=ASKED, answered=ANSWERED)
