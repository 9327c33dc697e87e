"""Charts of one column over time."""

from collections.abc import Sequence

from graphsignal_mw.dashboard.buckets import merged
from graphsignal_mw.dashboard.charts import Chart, Series
from graphsignal_mw.dashboard.columns import missing_share, quantile, share_of
from graphsignal_mw.dashboard.lens import Lens
from graphsignal_mw.stats import ACCUMULATOR_K, Column

# Outermost first, so that the inner band is drawn over the outer one.
_FAN = ((0.95, "fan"), (0.75, "fan"), (0.5, "accent"), (0.25, "fan"), (0.05, "fan"))
_ROLES = ("accent", "blue", "warn", "violet", "bad")
Track = Sequence[Column | None]


def track(lens: Lens, stream: str, name: str, grid: range | None = None) -> list[Column | None]:
    """Return the column in each bucket of the grid."""
    windows = lens.store.column_series(
        lens.project, lens.name, stream, name, lens.period.start, lens.period.end, version=lens.version
    )
    return merged(windows, lens.grid if grid is None else grid, Column)


def tracks_of(lens: Lens, grid: range) -> dict[tuple[str, str], list[Column | None]]:
    """Return every column, by stream and name, in each bucket of the grid."""
    found = lens.store.columns_by_step(
        lens.project, lens.name, lens.period.start, lens.period.end, grid.step, version=lens.version
    )
    return {key: [*map(dict(cells).get, grid)] for key, cells in found.items()}


def whole(columns: Track) -> Column:
    """Return what the buckets of a column say together."""
    total = Column(ACCUMULATOR_K)
    for column in columns:
        if column is not None:
            total.merge(column)
    return total


def values_chart(lens: Lens, name: str, column: Column, columns: Track) -> Chart:
    """Quantile fan of numbers; shares of the commonest values for the rest."""
    return fan_chart(lens, name, columns) if column.is_numeric else shares_chart(lens, name, column, columns)


def fan_chart(lens: Lens, name: str, columns: Track) -> Chart:
    """Quantiles p05 to p95 of each bucket."""
    series = [
        Series(label=_named(p), role=role, values=[quantile(c, p) for c in columns], style=_style(p))
        for p, role in _FAN
    ]
    return _chart(lens, "values", f"Quantiles of {name}", "number", series, bands=((0, 4), (1, 3)), zero=False)


def shares_chart(lens: Lens, name: str, column: Column, columns: Track) -> Chart:
    """Share of rows that have each of the five commonest values."""
    values = [value for value, _, _ in column.frequent.top(len(_ROLES))]
    series = [
        Series(label=value, role=role, values=[share_of(c, value) for c in columns])
        for value, role in zip(values, _ROLES, strict=False)
    ]
    empty = [Series(label="Share", values=[None] * len(columns))]
    return _chart(lens, "values", f"Commonest values of {name}", "percent", series or empty)


def missing_chart(lens: Lens, name: str, columns: Track) -> Chart:
    """Share of rows of each bucket in which the column is missing."""
    series = [Series(label="Missing", role="bad", values=[missing_share(c) for c in columns])]
    return _chart(lens, "missing", f"Missing {name}", "percent", series)


def rows_chart(lens: Lens, columns: Track) -> Chart:
    """Rows of each bucket."""
    series = [Series(label="Rows", values=[float(c.count) if c is not None else None for c in columns])]
    return _chart(lens, "rows", "Rows", "count", series)


def _named(probability: float) -> str:
    return "Median" if probability == 0.5 else f"p{round(probability * 100):02d}"


def _style(probability: float) -> str:
    return "line" if probability == 0.5 else "thin"


def _chart(
    lens: Lens,
    name: str,
    title: str,
    unit: str,
    series: Sequence[Series],
    *,
    bands: tuple[tuple[int, int], ...] = (),
    zero: bool = True,
) -> Chart:
    return Chart(
        name=name,
        title=title,
        unit=unit,
        times=list(lens.grid),
        series=series,
        step=lens.step,
        bands=bands,
        zero=zero,
    )
