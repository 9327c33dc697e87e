"""Charts of one column over time."""

from collections.abc import Sequence

from graphsignal_mw.dashboard.charts import Chart, Series
from graphsignal_mw.dashboard.lens import Lens
from graphsignal_mw.dashboard.tracks import counts, is_numeric, missing_shares, quantiles, shares_of
from graphsignal_mw.stats.outline import Outline

# Outermost first, so that the inner band is drawn over the outer one.
_FAN = ((0.95, "fan"), (0.75, "fan"), (0.5, "accent"), (0.25, "fan"), (0.05, "fan"))
_ROLES = ("accent", "blue", "warn", "violet", "bad")


def values_chart(lens: Lens, name: str, track: Outline) -> Chart:
    """Quantile fan of numbers; shares of the commonest values for the rest."""
    return fan_chart(lens, name, track) if is_numeric(track) else shares_chart(lens, name, track)


def fan_chart(lens: Lens, name: str, track: Outline) -> Chart:
    """Quantiles p05 to p95 of each bucket."""
    series = [Series(label=_named(p), role=role, values=quantiles(track, p), style=_style(p)) for p, role in _FAN]
    return _chart(lens, "values", f"Quantiles of {name}", "number", series, bands=((0, 4), (1, 3)), zero=False)


def shares_chart(lens: Lens, name: str, track: Outline) -> Chart:
    """Share of rows that have each of the five commonest values."""
    series = [
        Series(label=value, role=role, values=shares_of(track, value))
        for value, role in zip(track.pooled().frequent[0], _ROLES, strict=False)
    ]
    empty = [Series(label="Share", values=[None] * len(track))]
    return _chart(lens, "values", f"Commonest values of {name}", "percent", series or empty)


def missing_chart(lens: Lens, name: str, track: Outline) -> Chart:
    """Share of rows of each bucket in which the column is missing."""
    series = [Series(label="Missing", role="bad", values=missing_shares(track))]
    return _chart(lens, "missing", f"Missing {name}", "percent", series)


def rows_chart(lens: Lens, track: Outline) -> Chart:
    """Rows of each bucket."""
    series = [Series(label="Rows", values=counts(track))]
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
