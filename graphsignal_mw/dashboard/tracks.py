"""Columns along time, in outline: one row for each bucket of a grid, without rows where nothing came."""

from collections.abc import Collection, Sequence

import numpy as np

from graphsignal_mw.dashboard.charts import finite
from graphsignal_mw.dashboard.lens import Lens
from graphsignal_mw.dashboard.period import DAY, HOUR, Period
from graphsignal_mw.stats.outline import FIELDS, POINTS, Outline
from graphsignal_mw.store import Track

Key = tuple[str, str]  # stream, name
Numbers = list[float | None]
_SPARKS = 24  # points of a small line


def tracks_of(lens: Lens, grid: range, only: Collection[Key] | None = None) -> dict[Key, Outline]:
    """Return columns in each bucket of ``grid``."""
    found = lens.store.outlines(
        lens.project, lens.name, lens.period.start, lens.period.end, grid.step, lens.version, only
    )
    return {key: laid(track, grid) for key, track in found.items()}


def track(lens: Lens, stream: str, name: str) -> Outline:
    """Return one column in each bucket of the grid of ``lens``."""
    found = tracks_of(lens, lens.grid, [(stream, name)])
    return found.get((stream, name), nothing(len(lens.grid)))


def before(lens: Lens, period: Period, only: Collection[Key] | None = None) -> dict[Key, Outline]:
    """Return what columns looked like in ``period``, all versions: rows of no order."""
    found = lens.store.outlines(lens.project, lens.name, period.start, period.end, DAY, only=only)
    return {key: track.outline for key, track in found.items()}


def spark_grid(lens: Lens) -> range:
    """Return a grid that is coarse enough for a small line."""
    window, seconds = lens.deployment.window_seconds, lens.period.seconds
    steps = (step for step in (DAY, HOUR) if seconds >= _SPARKS * step and step % window == 0)
    return lens.period.grid(next(steps, lens.step))


def laid(track: Track, grid: range) -> Outline:
    """Return one row for each bucket of ``grid``, of all that starts in it."""
    places = (track.starts - grid.start) // grid.step
    rows = np.bincount(places, minlength=len(grid))
    whole = nothing(len(grid))
    alone = np.flatnonzero(rows[places] == 1)
    whole.put(places[alone], track.outline.take(alone))
    for place in np.flatnonzero(rows > 1).tolist():
        whole.put([place], track.outline.take(np.flatnonzero(places == place)).pooled())
    return whole


def counts(outline: Outline) -> Numbers:
    """Rows of each bucket; None where there are none."""
    return [float(n) if n else None for n in outline.field("count")]


def missing_shares(outline: Outline) -> Numbers:
    """Share of rows without a value in each bucket; None without rows."""
    return _shares(outline, outline.field("missing").tolist())


def shares_of(outline: Outline, value: str) -> Numbers:
    """Share of rows that have ``value`` in each bucket; None without rows."""
    return _shares(outline, [counts.get(value, 0) for counts in outline.frequent])


def quantiles(outline: Outline, probability: float) -> Numbers:
    """One quantile of the numbers in each bucket, of a multiple of 5 %; None where there are none."""
    values = outline.values[:, round(probability * (POINTS - 1))].tolist()
    return [finite(value) if n else None for value, n in zip(values, outline.field("n"), strict=True)]


def is_numeric(outline: Outline) -> bool:
    """Whether most of the values are numbers."""
    return bool(outline.numeric.sum() > sum(outline.field(kind).sum() for kind in ("string", "boolean", "other")))


def nothing(rows: int) -> Outline:
    """Return rows of a column that never came."""
    return Outline(
        np.zeros((rows, len(FIELDS))), np.zeros((rows, POINTS)), np.zeros((rows, POINTS)), [{} for _ in range(rows)]
    )


def _shares(outline: Outline, parts: Sequence[float]) -> Numbers:
    return [part / n if n else None for part, n in zip(parts, outline.field("count").tolist(), strict=True)]
