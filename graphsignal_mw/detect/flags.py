"""Which columns are flagged, window by window: many tests become few flags."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.layout import Layout
from graphsignal_mw.detect.trace import Trace

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CERTAIN = 0.5
"""Effect that one window of the finest scale is enough for; smaller ones need two windows of three."""


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Tests of one scale by subject, shapes (windows, subjects); ``ends`` are the last steps of the windows.

    ``p`` is of the deviations that are large enough to matter, ``effect`` the largest of these, ``lead`` the index of
    the series that has the smallest p.
    """

    ends: NDArray[np.int64]
    p: Floats
    effect: Floats
    lead: NDArray[np.int64]


def judge(trace: Trace, layout: Layout, least: Floats, least_rows: float) -> Verdicts:
    """Combine the series of each subject (Bonferroni).

    ``least`` is the effect that matters, shape (series,); windows of less than ``least_rows`` rows tell nothing.
    """
    size = np.abs(trace.deviation)
    p = np.where((size >= least) & (trace.rows >= least_rows), trace.p, 1.0)
    tested = np.add.reduceat((trace.rows > 0).astype(np.float64), layout.firsts, axis=1)
    smallest = np.minimum.reduceat(p, layout.firsts, axis=1)
    effect = np.maximum.reduceat(np.where(p < 1.0, size, 0.0), layout.firsts, axis=1)
    combined = np.minimum(smallest * np.maximum(tested, 1.0), 1.0)
    return Verdicts(trace.ends, combined, effect, _leads(p, size, smallest, layout))


def _leads(p: Floats, size: Floats, smallest: Floats, layout: Layout) -> NDArray[np.int64]:
    """Return the series with the smallest p of each subject; among equals the one that deviates most."""
    rank = np.where(p <= smallest[:, layout.owners], size, -1.0)
    best = np.maximum.reduceat(rank, layout.firsts, axis=1)
    index = np.where(rank >= best[:, layout.owners], np.arange(rank.shape[1]), rank.shape[1])
    return np.asarray(np.minimum.reduceat(index, layout.firsts, axis=1))


def confirmed(found: Flags, effect: Floats, before: Flags) -> Flags:
    """Return the flags ``found``, shape (windows, subjects), that are no chance of one small window.

    They are confirmed by one of the two windows before them (``before``, shape (2, subjects), precedes them all), or
    by their own effect.
    """
    padded = np.concatenate([before, found])
    return np.asarray(found & (padded[1:-1] | padded[:-2] | (effect >= CERTAIN)))
