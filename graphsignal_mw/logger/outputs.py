"""One instance: features and prediction to named values."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from graphsignal_mw.logger.arguments import refuse

PREDICTION = "prediction"
FEATURE = "feature"
MAX_LISTED = 50  # outputs of a list that become columns; a longer one is summarised by its length


def named_features(features: Any) -> dict[str, Any]:
    """Return features by name: of a dict or a row of a table its own; of a list or 1-d array ``feature_0`` and so on.

    Raises:
        TypeError: when it is none of these.

    """
    if features is None:
        return {}
    if isinstance(features, Mapping):
        return {str(name): value for name, value in features.items()}
    if isinstance(features, np.void) and features.dtype.names:
        return dict(zip(features.dtype.names, features.tolist(), strict=True))
    values = _listed(features)
    if not isinstance(values, (list, tuple)):
        raise refuse("features", features, "dict, list or 1-d array")
    return dict(zip(_names_of(features, len(values)), values, strict=True))


def _names_of(features: Any, width: int) -> list[str]:
    """Names of a row: those of the index, where it is a row of a pandas table, else by position."""
    index = getattr(features, "index", None)
    if index is not None and not callable(index) and all(isinstance(name, str) for name in index):
        return list(index)
    return [f"{FEATURE}_{i}" for i in range(width)]


def _listed(values: Any) -> Any:
    """Return an array or series of one dimension as a list, one of none as its value; else ``values`` themselves."""
    if hasattr(values, "to_pylist"):
        return values.to_pylist()
    if hasattr(values, "__array__") and not isinstance(values, np.generic):
        array = values if isinstance(values, np.ndarray) else np.asarray(values)
        return array.tolist() if array.ndim <= 1 else values
    return values


def named_outputs(prediction: Any) -> dict[str, Any]:
    """Return outputs by name: of a dict its own, of a list ``prediction_0`` and so on, else ``prediction``.

    Raises:
        TypeError: when it is not bool, int, float, str, list, tuple, dict or a numpy value.

    """
    if isinstance(prediction, Mapping):
        return {str(name): value for name, value in prediction.items()}
    prediction = prediction.tolist() if isinstance(prediction, np.ndarray) else _listed(prediction)
    if isinstance(prediction, (list, tuple)):
        if len(prediction) > MAX_LISTED:
            return {PREDICTION: list(prediction)}
        return {f"{PREDICTION}_{i}": value for i, value in enumerate(prediction)}
    if prediction is not None and not isinstance(prediction, (bool, int, float, str, np.generic)):
        raise refuse(PREDICTION, prediction, "bool, int, float, str, list, tuple, dict or a numpy value")
    return {PREDICTION: prediction}
