"""Rows whose columns are known before they come: numbers as packed doubles, other values in lists."""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple, Protocol

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from graphsignal_mw.stats import Profile, WindowStats
from graphsignal_mw.window.pause import Pause
from graphsignal_mw.window.segments import Names, rows_by_segment

TILE, SHORT_TILE = 4096, 1024  # numbers that are worked on together: about 200 µs, or half where there is time
MANY, FEW = 1024, 256  # other values that are worked on together: few where they are strings that rarely come twice
MOSTLY = 0.95


class Layout(NamedTuple):
    """The columns of one stream. ``numbers`` are always there; of ``others`` a value may be ``msgspec.UNSET``."""

    numbers: tuple[str, ...]
    others: tuple[str, ...]


class Values(Protocol):
    """Values of one stream, column by column as the layout has them."""

    @property
    def numbers(self) -> Sequence[Sequence[float]]:
        """Columns of numbers."""

    @property
    def others(self) -> Sequence[Sequence[Any]]:
        """Columns of others."""


class Packed:
    """Rows of features and predictions, each stream in a layout of its own, and the segments of each row."""

    __slots__ = ("features", "predictions", "rows", "segments")

    def __init__(self, features: Layout, predictions: Layout) -> None:
        self.rows = 0
        self.segments: list[Names] = []
        self.features, self.predictions = _Stream(features), _Stream(predictions)

    def __len__(self) -> int:
        return self.rows

    def add(self, rows: int, features: Values, predictions: Values, segments: Sequence[Names] = ()) -> None:
        """Add so many rows; ``segments`` are the names of each of them, or of none."""
        blocks = _block(features, rows), _block(predictions, rows)  # what may fail comes before what counts
        self.rows += rows
        self.segments += segments or [()] * rows
        self.features.add(blocks[0], features.others)
        self.predictions.add(blocks[1], predictions.others)

    def extend(self, more: "Packed") -> None:
        """Add the rows of ``more``, which has the same layouts."""
        self.rows += more.rows
        self.segments += more.segments
        for mine, theirs in ((self.features, more.features), (self.predictions, more.predictions)):
            mine.blocks += theirs.blocks
            mine.extend(theirs.others)

    def fold(self, stats: WindowStats, transform: Callable[[Any], Any], pause: Pause) -> None:
        """Add the rows to ``stats``; ``transform`` changes columns first, ``pause`` is called before each step."""
        stats.counters["predictions"] += self.rows
        for stream, profile in ((self.features, stats.features), (self.predictions, stats.predictions)):
            stream.fold(profile, transform, pause)
            profile.close(self.rows)
        if any(self.segments):
            for segment, rows in rows_by_segment(stats, self.segments):
                segment.counters["predictions"] += len(rows)
                self.predictions.pick(rows).fold(segment.predictions, transform, pause)
                segment.predictions.close(len(rows))


class _Stream:
    """Values of one stream: numbers in blocks of shape (numbers, rows), and a list of each other column."""

    __slots__ = ("blocks", "layout", "others")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.blocks: list[NDArray[np.float64]] = []
        self.others: list[list[Any]] = [[] for _ in layout.others]

    def add(self, block: NDArray[np.float64], others: Sequence[Sequence[Any]]) -> None:
        self.blocks.append(block)
        self.extend(others)

    def extend(self, others: Sequence[Sequence[Any]]) -> None:
        for mine, theirs in zip(self.others, others, strict=True):
            mine.extend(theirs)

    def pick(self, rows: Sequence[int]) -> "_Stream":
        """Return some of the rows."""
        chosen = _Stream(self.layout)
        if self.blocks:
            self.blocks = [np.concatenate(self.blocks, axis=1)]
            chosen.blocks = [self.blocks[0][:, rows]]
        chosen.others = [[column[row] for row in rows] for column in self.others]
        return chosen

    def fold(self, profile: Profile, transform: Callable[[Any], Any], pause: Pause) -> None:
        self.fold_numbers(profile, pause)
        self.fold_others(profile, transform, pause)

    def fold_numbers(self, profile: Profile, pause: Pause) -> None:
        tile = TILE if pause.many else SHORT_TILE
        step = min(tile, sum(block.shape[1] for block in self.blocks))  # long columns cost less than many
        width = tile // max(step, 1)
        for first in range(0, len(self.layout.numbers), width):
            chosen = slice(first, first + width)
            matrix = np.concatenate([block[chosen] for block in self.blocks], axis=1)
            for start in range(0, matrix.shape[1], step):
                pause()
                profile.add_numbers(self.layout.numbers[chosen], np.ascontiguousarray(matrix[:, start : start + step]))

    def fold_others(self, profile: Profile, transform: Callable[[Any], Any], pause: Pause) -> None:
        for name, column in zip(self.layout.others, self.others, strict=True):
            # Where no row has a value there is no column; where some have none, it is missing when the profile closes.
            values = [value for value in column if value is not UNSET] if UNSET in column else column
            strings = {value for value in values[:FEW] if type(value) is str}
            step = FEW if len(strings) > MOSTLY * FEW else MANY
            for start in range(0, len(values), step):
                pause()
                profile.add(transform({name: values[start : start + step]}))


def _block(values: Values, rows: int) -> NDArray[np.float64]:
    width = len(values.numbers)
    return np.fromiter(chain.from_iterable(values.numbers), np.float64, width * rows).reshape(width, rows)
