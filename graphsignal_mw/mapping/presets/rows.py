"""Values as model servers write them to rows: what several protocols have in common."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from graphsignal_mw.mapping.instances import Row, from_lists

WIDE = 1000  # items of one tensor that become columns, as many as a window has; of a longer one there is the length
MAX_NAME = 250  # characters of a client's name that are repeated for every item
FEATURE, PREDICTION = "feature", "prediction"


def by_row(value: Any, stem: str, names: Sequence[str] = ()) -> list[Row]:
    """Return one instance for each item of a list, or the one that another value is."""
    return [to_row(item, stem, names) for item in (value if isinstance(value, list) else (value,))]


def by_column(value: Any, stem: str, names: Sequence[str] = ()) -> list[Row]:
    """Return the instances of a tensor, or of named tensors; one instance where these are of different lengths."""
    if not isinstance(value, dict):
        return by_row(value, stem, names)
    rows = from_lists(value)
    return [to_row(row, stem, names) for row in ([value] if rows is None else rows)]


def to_row(value: Any, stem: str, names: Sequence[str] = ()) -> Row:
    """Return one instance: an object is one by itself; the items of a list, or of an only named list, are columns."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((name, item),) = value.items()
            if isinstance(item, list):
                return spread(item, name, names)
        return value
    return spread(value, stem, names) if isinstance(value, list) else {names[0] if len(names) == 1 else stem: value}


def spread(items: list[Any], stem: str, names: Sequence[str] = ()) -> Row:
    """Return the items of one tensor by name, or by ``stem`` and position. Leading dimensions of one item are left."""
    while len(items) == 1 and isinstance(items[0], list):
        items = items[0]
    if names and len(names) == len(items):
        return dict(zip(names, items, strict=True))
    if len(items) == 1:
        return {stem: items[0]}
    if len(items) > WIDE:
        return {stem: items}
    stem = stem[:MAX_NAME]
    return {f"{stem}_{i}": item for i, item in enumerate(items)}


def top(labels: Iterable[Any], scores: Iterable[Any]) -> Row:
    """Return the label with the highest score, as ``label`` and ``score``; both None where no score is a number."""
    best, most = None, None
    for label, score in zip(labels, scores, strict=False):
        if isinstance(score, (int, float)) and score > (-math.inf if most is None else most):  # NaN never is
            best, most = label, score
    return {"label": best, "score": most}
