"""TensorFlow Serving's REST API: predict in row and columnar format, classify and regress.

https://www.tensorflow.org/tfx/serving/api_rest
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import FEATURE, PREDICTION, by_column, by_row, to_row, top


def _features(body: Any, names: Sequence[str], _counters: Counter[str]) -> list[Row] | None:
    if not isinstance(body, dict):
        return None
    if "instances" in body:
        return by_row(body["instances"], FEATURE, names)
    if "inputs" in body:
        return by_column(body["inputs"], FEATURE, names)
    examples = body.get("examples")
    return _examples(examples, body.get("context")) if isinstance(examples, list) else None


def _examples(examples: list[Any], context: Any) -> list[Row]:
    """Return the examples of classify and regress, each with the features that all of them have in common."""
    shared = context if isinstance(context, dict) else {}
    return [{**shared, **to_row(example, FEATURE)} for example in examples]


def _outputs(body: Any, _instances: int | None, _counters: Counter[str]) -> list[Row] | None:
    if not isinstance(body, dict):
        return None
    if "predictions" in body:
        return by_row(body["predictions"], PREDICTION)
    if "outputs" in body:
        return by_column(body["outputs"], PREDICTION)
    results = body.get("results", body.get("result"))  # the reference has one, its example the other
    return [_result(result) for result in results] if isinstance(results, list) else None


def _result(result: Any) -> Row:
    """Return a regression's value, or the likeliest of a classification's pairs of label and score."""
    if isinstance(result, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in result):
        return top((label for label, _ in result), (score for _, score in result))
    return to_row(result, PREDICTION)


PRESET = Preset(
    features=_features,
    outputs=_outputs,
    asked=("$.instances[*]", "$.inputs[*]", "$.inputs"),
    answered=("$.predictions[*]", "$.outputs[*]", "$.outputs"),
)
