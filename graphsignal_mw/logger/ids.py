"""Ids of predictions, which join a later label."""

from typing import Any
from uuid import UUID

import numpy as np

from graphsignal_mw.logger.arguments import check_name, check_output, is_missing, refuse


def check_id(prediction_id: Any) -> str | None:
    """Return the id of a prediction as text of 1 to 250 characters; None where there is none.

    Raises:
        TypeError: when it is not a string, an integer or a UUID.
        ValueError: when its length is wrong.

    """
    if is_missing(prediction_id):
        return None
    if isinstance(prediction_id, bool) or not isinstance(prediction_id, (str, int, np.integer, UUID)):
        raise refuse("prediction_id", prediction_id, "str, int or UUID")
    return check_name("prediction_id", str(prediction_id))


def check_pair(prediction: Any, prediction_id: str | None, *, joins: bool) -> Any:
    """Return a prediction; None for one that the label join will find by its id.

    Raises:
        TypeError: when it is not bool, str, int or float.
        ValueError: when there is only an id, and no label join.

    """
    if prediction_id is None or not is_missing(prediction):
        return check_output("prediction", prediction)
    if not joins:
        raise ValueError(
            "prediction: None, and only a prediction_id; expected the prediction, or join_hours set in configure()"
        )
    return None
