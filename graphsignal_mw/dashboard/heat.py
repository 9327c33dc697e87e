"""Columns by time: how far each has moved in each stretch of the range, or how much of it is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graphsignal_mw.dashboard.charts import Span
from graphsignal_mw.dashboard.columns import missing_share
from graphsignal_mw.dashboard.formats import percent, short_clock
from graphsignal_mw.dashboard.period import DAY
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.stats import Column

MEASURES = ("shift", "missing")
_MISSING_LEVELS = ((0.5, "high"), (0.1, "medium"), (0.01, "low"))
Series = Sequence[tuple[int, Column]]


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
    """Compares a column with what it was before at the same time of day."""

    def __init__(self, before: Series, step: int) -> None:
        self.step = min(step, DAY)
        whole = Column()
        self.slots: dict[int, Column] = {}
        for start, column in before:
            whole.merge(column)
            self.slots.setdefault(self.slot(start), Column()).merge(column)
        self.reference = Reference(whole)

    def slot(self, start: int) -> int:
        """Which part of the day ``start`` (Unix seconds) belongs to."""
        return start % DAY // self.step

    def cell(self, start: int, column: Column | None) -> Cell:
        """How far ``column`` is from the reference."""
        if column is None:
            return Cell("unknown", f"{short_clock(start)}: no rows")
        moved = self.reference.shift(column, self.slots.get(self.slot(start)))
        said = f"shift {moved:.2f}" if moved is not None else "nothing to compare with"
        return Cell(level(moved), f"{short_clock(start)}: {said}")


def missing_cell(start: int, column: Column | None) -> Cell:
    """How much of ``column`` is missing."""
    share = missing_share(column)
    if share is None:
        return Cell("unknown", f"{short_clock(start)}: no rows")
    name = next((name for least, name in _MISSING_LEVELS if share >= least), "none")
    return Cell(name, f"{short_clock(start)}: {percent(share)} missing")


def heat_row(stream: str, name: str, grid: range, cells: Iterable[Cell], spans: Sequence[Span]) -> HeatRow:
    """Mark the cells of one column in which detection found something wrong, which is during ``spans``."""

    def is_issue(at: int) -> bool:
        return any(span.start < at + grid.step and at < span.end for span in spans)

    marked = (replace(cell, is_issue=True) if is_issue(at) else cell for at, cell in zip(grid, cells, strict=True))
    return HeatRow(stream, name, tuple(marked))
