"""Columns as rows of a table: each in a line, and how it compares with what it was before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphsignal_mw.dashboard.columns import kind_of
from graphsignal_mw.dashboard.formats import NOTHING, count, number, percent
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.dashboard.sparkline import Sparkline, sparkline
from graphsignal_mw.dashboard.tracks import is_numeric, missing_shares, quantiles, shares_of
from graphsignal_mw.stats import TYPES
from graphsignal_mw.stats.facets import split_facet
from graphsignal_mw.stats.outline import Outline
from graphsignal_mw.store import Issue


@dataclass(frozen=True, kw_only=True)
class ColumnRow:
    """One line of the table of columns. ``drift`` is a level of shift.level, ``issue`` an open issue that names it.

    ``facet`` is which one the column holds, empty for others.
    """

    stream: str
    name: str
    facet: str
    kind: str
    typical: str
    spark: Sparkline
    missing: str
    is_missing_bad: bool
    mean: str
    median: str
    distinct: str
    drift: str
    shift: str
    issue: Issue | None


def column_row(stream: str, name: str, track: Outline, *, before: Outline | None, issues: Sequence[Issue]) -> ColumnRow:
    """Summarise a column; ``track`` is the column in each bucket, ``before`` what it is compared with."""
    whole = track.pooled()
    moved = Reference(before).shift(track) if before is not None else None
    values, label = _tracked(track, whole)
    return ColumnRow(
        stream=stream,
        name=name,
        facet=(split_facet(name) or ("", ""))[1],
        kind=kind_of({kind: int(whole.field(kind)[0]) for kind in TYPES}),
        typical=_typical(whole),
        spark=sparkline(values, f"{label} of {name}"),
        missing=percent(missing_shares(whole)[0]),
        is_missing_bad=before is not None and _much_more_missing(track, before),
        mean=number(float(whole.field("mean")[0])) if whole.field("measured")[0] else NOTHING,
        median=number(quantiles(whole, 0.5)[0]),
        distinct=_distinct(float(whole.field("distinct")[0])),
        drift=level(moved),
        shift=f"{moved:.2f}" if moved is not None else NOTHING,
        issue=issue_about(stream, name, issues),
    )


def issue_about(stream: str, name: str, issues: Sequence[Issue]) -> Issue | None:
    """Return the first of ``issues`` that names this column."""
    return next((issue for issue in issues if is_about(issue, stream, name)), None)


def is_about(issue: Issue, stream: str, name: str) -> bool:
    """Whether ``issue`` names this column."""
    return any(names(column, stream, name) for column in issue.columns)


def names(finding: dict[str, object], stream: str, name: str) -> bool:
    """Whether an entry of an issue's columns is about this column."""
    return finding.get("stream") == stream and finding.get("name") == name


def _tracked(track: Outline, whole: Outline) -> tuple[list[float | None], str]:
    """Return the one number per bucket that says most about a column, and its name."""
    if is_numeric(whole):
        return quantiles(track, 0.5), "Median"
    for value in whole.frequent[0]:
        return shares_of(track, value), f"Share of {value}"
    return missing_shares(track), "Missing"


def _typical(whole: Outline) -> str:
    commonest = next(iter(whole.frequent[0]), None)
    if commonest is None or is_numeric(whole):
        return ""
    return f"{percent(shares_of(whole, commonest)[0])} {commonest}"


def _distinct(estimate: float) -> str:
    # HyperLogLog is near to exact while few registers are taken.
    return count(round(estimate)) if estimate < 100 else f"≈{count(estimate)}"


def _much_more_missing(now: Outline, before: Outline) -> bool:
    missing, rows = (np.array([each.field(name).sum() for each in (now, before)]) for name in ("missing", "count"))
    return bool(rows.all()) and bool(missing[0] / rows[0] > 2 * missing[1] / rows[1] + 0.02)
