"""Scalar series of many columns side by side: what all of detection computes on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.layout import Layout

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """Series over the same steps: ``values`` and ``rows`` have shape (steps, series), 0 where there are no rows."""

    layout: Layout
    values: Floats
    rows: Floats


def join(panels: Sequence[Panel]) -> Panel:
    """Put panels of the same steps side by side."""
    return Panel(
        Layout(tuple(series for panel in panels for series in panel.layout.series)),
        np.concatenate([panel.values for panel in panels], axis=1),
        np.concatenate([panel.rows for panel in panels], axis=1),
    )


def blocks(panels: Sequence[Panel], cells: int) -> list[Panel]:
    """Join panels into as few as possible of about ``cells`` cells each."""
    found: list[list[Panel]] = []
    size = cells
    for panel in panels:
        if size >= cells:
            found.append([])
            size = 0
        found[-1].append(panel)
        size += panel.values.size
    return [join(group) for group in found]
