"""One instance: features and prediction to named values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphsignal_mw.logger.arguments import refuse

PREDICTION = "prediction"
FEATURE = "feature"
MAX_LISTED = 50  # outputs of a list that become columns; a longer one is summarised by its length


def named_features(features: Any, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return features by name: of a dict, its own; of a list or 1-d array, ``names`` or ``feature_0`` and so on.

    Raises:
        TypeError: when it is none of these.
        ValueError: when ``names`` has another length.

    """
    if features is None:
        return {}
    if isinstance(features, Mapping):
        return {str(name): value for name, value in features.items()}
    if isinstance(features, np.ndarray) and features.ndim == 1:
        features = features.tolist()
    if not isinstance(features, (list, tuple)):
        raise refuse("features", features, "dict, list or 1-d array")
    chosen = list(names) if names is not None else [f"{FEATURE}_{i}" for i in range(len(features))]
    if len(chosen) != len(features):
        raise ValueError(f"features: {len(features)} values; expected {len(chosen)}, one a name of feature_names")
    return dict(zip(chosen, features, strict=True))


def named_outputs(prediction: Any) -> dict[str, Any]:
    """Return outputs by name: of a dict its own, of a list ``prediction_0`` and so on, else ``prediction``.

    Raises:
        TypeError: when it is not bool, int, float, str, list, tuple, dict or a numpy value.

    """
    if isinstance(prediction, Mapping):
        return {str(name): value for name, value in prediction.items()}
    if isinstance(prediction, np.ndarray):
        prediction = prediction.tolist()
    if isinstance(prediction, (list, tuple)):
        if len(prediction) > MAX_LISTED:
            return {PREDICTION: list(prediction)}
        return {f"{PREDICTION}_{i}": value for i, value in enumerate(prediction)}
    if prediction is not None and not isinstance(prediction, (bool, int, float, str, np.generic)):
        raise refuse(PREDICTION, prediction, "bool, int, float, str, list, tuple, dict or a numpy value")
    return {PREDICTION: prediction}
