"""Columns by time: how far each has moved in each stretch of the range, or how much of it is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.dashboard.charts import Span
from graphsignal_mw.dashboard.formats import percent, short_clock
from graphsignal_mw.dashboard.lens import Lens
from graphsignal_mw.dashboard.period import DAY, HOUR
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.stats.outline import Outline
from graphsignal_mw.store import Track

MEASURES = ("shift", "missing")
_MISSING_LEVELS = ((0.5, "high"), (0.1, "medium"), (0.01, "low"))
_NEVER = Track(np.empty(0, dtype=np.int64), Outline.of([]))
Key = tuple[str, str]  # stream, name


@dataclass(frozen=True)
class Cell:
    """One column in one stretch of time: a level that picks the shade, in words too, and whether it is an issue."""

    level: str
    title: str
    is_issue: bool = False


@dataclass(frozen=True)
class HeatRow:
    """One column over the range."""

    stream: str
    name: str
    cells: tuple[Cell, ...]


class Comparison:
    """Compares a column with what it was before at the same time of day, in stretches of an hour or more."""

    def __init__(self, before: Track, step: int) -> None:
        self.step = min(max(step, HOUR), DAY)
        self.reference = Reference(before.outline)
        self._slots = _sums(self._slot(before.starts), self.reference.tally(before.outline), -(-DAY // self.step))

    def shifts(self, track: Track, grid: range) -> list[float | None]:
        """How far ``track`` is from the reference in each stretch of ``grid``; None where that cannot be said."""
        now = _sums(_places(track, grid), self.reference.tally(track.outline), len(grid))
        found = self.reference.shifts(now, self._slots[self._slot(np.array(grid))])
        return [None if np.isnan(shift) else float(shift) for shift in found]

    def _slot(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Which parts of the day ``starts`` belong to."""
        return starts % DAY // self.step


def heat_cells(lens: Lens, grid: range, measure: str) -> dict[Key, list[Cell]]:
    """Return the cells of each column, by stream and name: one for each start in ``grid``."""
    now = lens.store.outlines(lens.project, lens.name, grid.start, lens.period.end, grid.step, lens.version)
    if measure == "missing":
        return {key: missing_cells(track, grid) for key, track in now.items()}
    before = lens.period.before()
    past = lens.store.outlines(lens.project, lens.name, before.start, before.end, HOUR if grid.step < DAY else DAY)
    return {key: shift_cells(Comparison(past.get(key, _NEVER), grid.step), track, grid) for key, track in now.items()}


def shift_cells(comparison: Comparison, track: Track, grid: range) -> list[Cell]:
    """How far a column is from what it was."""
    rows = _rows(track, grid)[:, 0].tolist()
    return [
        Cell(level(moved), f"{clock}: {_said(moved) if n else 'no rows'}")
        for clock, moved, n in zip(_clocks(grid), comparison.shifts(track, grid), rows, strict=True)
    ]


def missing_cells(track: Track, grid: range) -> list[Cell]:
    """How much of a column is missing."""
    shares = [missing / n if n else None for n, missing in _rows(track, grid).tolist()]
    return [_missing_cell(clock, share) for clock, share in zip(_clocks(grid), shares, strict=True)]


def heat_row(stream: str, name: str, grid: range, cells: Iterable[Cell], spans: Sequence[Span]) -> HeatRow:
    """Mark the cells of one column in which detection found something wrong, which is during ``spans``."""

    def is_issue(at: int) -> bool:
        return any(span.start < at + grid.step and at < span.end for span in spans)

    marked = (replace(cell, is_issue=True) if is_issue(at) else cell for at, cell in zip(grid, cells, strict=True))
    return HeatRow(stream, name, tuple(marked))


def _missing_cell(clock: str, share: float | None) -> Cell:
    if share is None:
        return Cell("unknown", f"{clock}: no rows")
    name = next((name for least, name in _MISSING_LEVELS if share >= least), "none")
    return Cell(name, f"{clock}: {percent(share)} missing")


@lru_cache(maxsize=8)
def _clocks(grid: range) -> list[str]:
    return [short_clock(at) for at in grid]


def _said(moved: float | None) -> str:
    return f"shift {moved:.2f}" if moved is not None else "nothing to compare with"


def _rows(track: Track, grid: range) -> NDArray[np.float64]:
    """Rows of each stretch and those without a value, shape (stretches, 2)."""
    found = np.column_stack([track.outline.field("count"), track.outline.field("missing")])
    return _sums(_places(track, grid), found, len(grid))


def _places(track: Track, grid: range) -> NDArray[np.int64]:
    return (track.starts - grid.start) // grid.step


def _sums(places: NDArray[np.int64], rows: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Add up rows by their places, shape (count, columns)."""
    found = np.zeros((count, rows.shape[1]))
    np.add.at(found, places, rows)
    return found
