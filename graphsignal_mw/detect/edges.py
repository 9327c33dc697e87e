"""Frozen bins: made from a baseline, kept while they fit the baselines that follow."""

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.baseline import LEAST_VALUES, Baselines
from graphsignal_mw.detect.bins import Bins
from graphsignal_mw.detect.memory import Frozen, Key
from graphsignal_mw.detect.reference import RATE_FLOOR, Reference

Floats = NDArray[np.float64]

GROWN = 2  # times as many rows as bins were made from: they are made anew, and better
MOVED = 0.1  # Cohen's w between a baseline and the one that bins were frozen from: a low effect


def references(bins: Bins, baselines: Baselines, steps: slice) -> dict[Key, Reference | None]:
    """Return the bins of each column that has enough rows; ``steps`` are those of the baselines.

    They are those of ``bins.memory``, made anew where it has none, and no more than once for the same baseline unless
    it has grown: when it has twice the rows, or when its shares are elsewhere than those of the frozen bins.
    """
    found: dict[Key, Reference | None] = {}
    for key, rows in baselines.rows.items():
        if rows >= LEAST_VALUES:
            found[key] = _reference(bins, baselines, steps, key, rows)
    return found


def _reference(bins: Bins, baselines: Baselines, steps: slice, key: Key, rows: int) -> Reference | None:
    known, until = bins.memory.edges.get(key), baselines.span[1]
    is_grown = known is None or rows >= GROWN * known.rows
    if known is not None and not is_grown and (known.until >= until or _fits(bins, baselines, steps, key, known)):
        return known.reference
    made = baselines.of(key).reference
    bins.memory.freeze(key, Frozen(made, rows, until))
    if made is not None and known is not None and known.reference is not None:
        bins.count(key, made, known.reference)
    return made


def _fits(bins: Bins, baselines: Baselines, steps: slice, key: Key, known: Frozen) -> bool:
    """Whether a baseline is spread over the bins about as the one that they were frozen from."""
    reference = known.reference
    if reference is None:
        return False
    counts = bins.count(key, reference)
    for start, end in baselines.wrong(key):
        counts[max(0, bins.grid.index(start)) : max(0, bins.grid.index(end))] = 0
    total = counts[steps].sum(axis=0)
    return total.sum() > 0 and effect(total / total.sum(), reference.shares) < MOVED


def effect(shares: Floats, before: Floats) -> float:
    """Return Cohen's w of ``shares``, with rare bins taken as ``RATE_FLOOR``."""
    return float(np.sqrt(((shares - before) ** 2 / np.maximum(before, RATE_FLOOR)).sum()))
