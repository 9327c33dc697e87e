"""Heat maps painted before: cells of the past are not computed again as long as their windows stay as they are."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphsignal_mw.dashboard.heat import Cell, Comparison, missing_cell
from graphsignal_mw.dashboard.period import DAY, HOUR
from graphsignal_mw.stats import Column

if TYPE_CHECKING:  # a lens is of a site, which keeps the heat maps
    from graphsignal_mw.dashboard.lens import Lens

_KEPT = 8  # heat maps, of a few MB each
_SETTLED = 2 * HOUR  # values may follow their rows for an hour
Key = tuple[str, str]  # stream, name
Paint = Callable[[int, Column | None], Cell]


@dataclass
class Painted:
    """Cells by column and start; ``marks`` are those of the windows that they were painted from."""

    before: Any
    comparisons: dict[Key, Comparison]
    marks: dict[int, Any] = field(default_factory=dict)
    cells: dict[Key, dict[int, Cell]] = field(default_factory=dict)

    def first_stale(self, grid: range, marks: dict[int, Any], now: float) -> int:
        """Return the first cell that is not painted, or painted from windows that may have changed since."""
        for at in grid:
            is_same = at in self.marks and self.marks[at] == marks.get(at)
            if not is_same or at + grid.step > now - _SETTLED:
                return at
        return grid.stop

    def paint(self, key: Key, measure: str, step: int) -> Paint:
        """Return what makes cells of a column."""
        return missing_cell if measure == "missing" else self.comparisons.get(key, Comparison([], step)).cell


class HeatMaps:
    """The heat maps that were asked for last; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, Painted] = OrderedDict()

    def cells(self, lens: "Lens", grid: range, measure: str) -> dict[Key, Sequence[Cell]]:
        """Return the cells of each column, by stream and name: one for each start in ``grid``."""
        asked = (lens.project, lens.name, lens.version, measure, grid)
        before = lens.period.before()
        past = _marks(lens, before.start, before.end, DAY, None) if measure != "missing" else None
        with self._lock:
            known = self._kept.pop(asked, None)
        if known is None or known.before != past:
            known = Painted(past, _comparisons(lens, grid.step) if measure != "missing" else {})
        _bring_up_to_date(known, lens, grid, measure)
        with self._lock:
            self._kept[asked] = known
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return {key: _row(known.cells[key], known.paint(key, measure, grid.step), grid) for key in sorted(known.cells)}


def _bring_up_to_date(known: Painted, lens: "Lens", grid: range, measure: str) -> None:
    marks = _marks(lens, grid.start, lens.period.end, grid.step, lens.version)
    first = known.first_stale(grid, marks, lens.now)
    found = lens.store.columns_by_step(lens.project, lens.name, first, lens.period.end, grid.step, version=lens.version)
    fresh = range(first, grid.stop, grid.step)
    for key in {*known.cells, *found}:
        columns, paint = dict(found.get(key, ())), known.paint(key, measure, grid.step)
        known.cells.setdefault(key, {}).update({at: paint(at, columns.get(at)) for at in fresh})
    known.marks = {at: marks.get(at) for at in grid}


def _row(cells: dict[int, Cell], paint: Paint, grid: range) -> list[Cell]:
    return [cells[at] if at in cells else paint(at, None) for at in grid]


def _comparisons(lens: "Lens", step: int) -> dict[Key, Comparison]:
    before = lens.period.before()
    past = lens.store.columns_by_step(lens.project, lens.name, before.start, before.end, min(step, DAY))
    return {key: Comparison(series, step) for key, series in past.items()}


def _marks(lens: "Lens", start: int, end: int, step: int, version: str | None) -> dict[int, Any]:
    return lens.store.window_marks(lens.project, lens.name, start, end, step, version=version)
