"""Rows whose columns are known before they come: numbers as packed doubles, other values in a list."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from graphsignal_mw.stats import Profile, WindowStats

TILE = 4096  # values that one call may hold the interpreter for
WIDTH = 16  # columns that are worked on together


class Layout(NamedTuple):
    """The columns of one stream. ``numbers`` are always there; of ``others`` a value may be ``msgspec.UNSET``."""

    numbers: tuple[str, ...]
    others: tuple[str, ...]


class Values(Protocol):
    """Values of one stream, row by row: numbers one after another, and so the others."""

    @property
    def numbers(self) -> Iterable[float]:
        """As many as the layout has, for each row."""

    @property
    def others(self) -> Iterable[Any]:
        """As many as the layout has, for each row."""


class Packed:
    """Rows of features and predictions, each stream in a layout of its own."""

    __slots__ = ("features", "predictions", "rows")

    def __init__(self, features: Layout, predictions: Layout) -> None:
        self.rows = 0
        self.features, self.predictions = _Stream(features), _Stream(predictions)

    def __len__(self) -> int:
        return self.rows

    def add(self, rows: int, features: Values, predictions: Values) -> None:
        """Add so many rows."""
        self.rows += rows
        self.features.add(rows, features)
        self.predictions.add(rows, predictions)

    def extend(self, more: "Packed") -> None:
        """Add the rows of ``more``, which has the same layouts."""
        self.rows += more.rows
        for mine, theirs in ((self.features, more.features), (self.predictions, more.predictions)):
            mine.numbers += theirs.numbers
            mine.others += theirs.others

    def fold(self, stats: WindowStats, transform: Callable[[Any], Any], pause: Callable[[], None]) -> None:
        """Add the rows to ``stats``; ``transform`` changes columns first, ``pause`` is called between steps."""
        stats.counters["predictions"] += self.rows
        for stream, profile in ((self.features, stats.features), (self.predictions, stats.predictions)):
            worked = 0
            for values in stream.steps(profile, transform):
                worked += values
                if worked >= TILE:
                    worked = 0
                    pause()
            profile.close(self.rows)


class _Stream:
    """Values of one stream: arrays of shape (rows, numbers), and the others one after another."""

    __slots__ = ("layout", "numbers", "others")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.numbers: list[NDArray[np.float64]] = []
        self.others: list[Any] = []

    def add(self, rows: int, values: Values) -> None:
        width = len(self.layout.numbers)
        if width:
            self.numbers.append(np.fromiter(values.numbers, np.float64, rows * width).reshape(rows, width))
        self.others += values.others

    def steps(self, profile: Profile, transform: Callable[[Any], Any]) -> Iterator[int]:
        """Add the columns to ``profile`` step by step; yield how many values each step was."""
        names = self.layout.numbers
        matrix = np.concatenate(self.numbers).T if self.numbers else np.empty((0, 0))
        for first in range(0, len(names), WIDTH):
            chosen = slice(first, first + WIDTH)
            step = TILE // len(names[chosen])
            for start in range(0, matrix.shape[1], step):
                tile = np.ascontiguousarray(matrix[chosen, start : start + step])
                profile.add_numbers(names[chosen], tile)
                yield tile.size
        for name, values in self._columns():
            for start in range(0, len(values), TILE):
                piece = values[start : start + TILE]
                profile.add(transform({name: piece}))
                yield len(piece)

    def _columns(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the columns of others, without rows that have no value: they are missing when the profile closes."""
        names = self.layout.others
        for place, name in enumerate(names):
            values = self.others[place :: len(names)]
            if UNSET in values:
                values = [value for value in values if value is not UNSET]
            if values:
                yield name, values
