"""Columns as rows of a table and as lists of statistics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphsignal_mw.dashboard.charts import finite
from graphsignal_mw.dashboard.formats import NOTHING, count, number, percent
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.dashboard.sparkline import Sparkline, sparkline
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.facets import split_facet
from graphsignal_mw.store import Issue

_TOP = 10
_PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


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


def column_row(
    stream: str,
    name: str,
    column: Column,
    *,
    before: Column | None,
    track: Sequence[Column | None],
    issues: Sequence[Issue],
) -> ColumnRow:
    """Summarise ``column``; ``track`` is the column in each bucket, ``before`` what it is compared with."""
    moved = Reference(before).shift(column) if before is not None else None
    values, label = tracked(column, track)
    return ColumnRow(
        stream=stream,
        name=name,
        facet=(split_facet(name) or ("", ""))[1],
        kind=kind_of(column),
        typical=_typical(column),
        spark=sparkline(values, f"{label} of {name}"),
        missing=percent(missing_share(column)),
        is_missing_bad=_much_more_missing(column, before),
        mean=_mean(column),
        median=number(quantile(column, 0.5)),
        distinct=_distinct(column),
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


def kind_of(column: Column) -> str:
    """Commonest type of the values, ``empty`` where all are missing; whole and broken numbers are ``number``."""
    numeric = column.types["integer"] + column.types["float"]
    kinds = {"number": numeric, **{k: column.types[k] for k in ("string", "boolean", "other")}}
    if not any(kinds.values()):
        return "empty"
    kind = max(kinds, key=lambda k: kinds[k])
    return "integer" if kind == "number" and not column.types["float"] else kind


def tracked(column: Column, track: Sequence[Column | None]) -> tuple[list[float | None], str]:
    """Return the one number per bucket that says most about a column, and its name."""
    if column.is_numeric:
        return [quantile(c, 0.5) for c in track], "Median"
    top = column.frequent.top(1)
    if top:
        return [share_of(c, top[0][0]) for c in track], f"Share of {top[0][0]}"
    return [missing_share(c) for c in track], "Missing"


def missing_share(column: Column | None) -> float | None:
    """Share of rows without a value; None without rows."""
    return column.missing / column.count if column is not None and column.count else None


def share_of(column: Column | None, value: str) -> float | None:
    """Share of rows that have ``value``; None without rows."""
    return column.frequent.counts.get(value, 0) / column.count if column is not None and column.count else None


def quantile(column: Column | None, probability: float) -> float | None:
    """One quantile of the numbers; None where there are none."""
    return None if column is None else finite(float(column.quantiles.quantiles((probability,))[0]))


def statistics(now: Column, before: Column | None) -> list[tuple[str, str, str]]:
    """Return (statistic, now, before) for all that is known of a column."""
    past = before if before is not None and before.count else None
    rows = [*_GENERAL, *(_NUMERIC if now.quantiles.n else []), *(_LENGTHS if now.lengths.n else [])]
    return [(label, write(now), write(past) if past is not None else NOTHING) for label, write in rows]


def frequent_rows(now: Column, before: Column | None) -> list[tuple[str, int, float, float | None]]:
    """Return (value, count, share of rows, share before) of the commonest values."""
    return [(value, n, n / max(now.count, 1), share_of(before, value)) for value, n, _ in now.frequent.top(_TOP)]


Writer = Callable[[Column], str]


def _part(name: str) -> Writer:
    def write(column: Column) -> str:
        n = int(getattr(column, name))
        return f"{count(n)} ({percent(n / column.count)})" if n and column.count else count(n)

    return write


def _types(column: Column) -> str:
    seen = {kind: n for kind, n in column.types.items() if n}
    total = sum(seen.values())
    return ", ".join(f"{kind} {percent(n / total)}" for kind, n in seen.items()) or NOTHING


def _extreme(name: str) -> Writer:
    return lambda column: number(getattr(column.moments, name))


def _at(probability: float) -> tuple[str, Writer]:
    return f"p{round(probability * 100):02d}", lambda column: number(quantile(column, probability))


def _mean(column: Column) -> str:
    return number(column.moments.mean) if column.moments.n else NOTHING


def _typical(column: Column) -> str:
    top = column.frequent.top(1)
    return f"{percent(share_of(column, top[0][0]))} {top[0][0]}" if top and not column.is_numeric else ""


def _distinct(column: Column) -> str:
    estimate = column.distinct.estimate()
    # HyperLogLog is near to exact while few registers are taken.
    return count(round(estimate)) if estimate < 100 else f"≈{count(estimate)}"


def _much_more_missing(now: Column, before: Column | None) -> bool:
    share, past = missing_share(now), missing_share(before)
    return share is not None and past is not None and share > 2 * past + 0.02


_GENERAL: list[tuple[str, Writer]] = [
    ("Rows", lambda column: count(column.count)),
    ("Missing", _part("missing")),
    ("Zeros", _part("zeros")),
    ("Empty", _part("empties")),
    ("Distinct", _distinct),
    ("Types", _types),
]
_NUMERIC: list[tuple[str, Writer]] = [
    ("Mean", _mean),
    ("Standard deviation", lambda column: number(column.moments.std) if column.moments.n else NOTHING),
    ("Minimum", _extreme("minimum")),
    *(_at(p) for p in _PROBABILITIES),
    ("Maximum", _extreme("maximum")),
]
_LENGTHS: list[tuple[str, Writer]] = [
    ("Mean length", lambda column: number(column.lengths.mean) if column.lengths.n else NOTHING),
    ("Longest", lambda column: number(column.lengths.maximum)),
]
