"""Columns as lists of statistics."""

from collections.abc import Callable, Mapping

from graphsignal_mw.dashboard.charts import finite
from graphsignal_mw.dashboard.formats import NOTHING, count, number, percent
from graphsignal_mw.dashboard.tracks import shares_of
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.outline import Outline

_TOP = 10
_PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def kind_of(types: Mapping[str, int]) -> str:
    """Commonest of ``types``, ``empty`` where all values are missing; whole and broken numbers are ``number``."""
    numeric = types["integer"] + types["float"]
    kinds = {"number": numeric, **{k: types[k] for k in ("string", "boolean", "other")}}
    if not any(kinds.values()):
        return "empty"
    kind = max(kinds, key=lambda k: kinds[k])
    return "integer" if kind == "number" and not types["float"] else kind


def quantile(column: Column | None, probability: float) -> float | None:
    """One quantile of the numbers; None where there are none."""
    return None if column is None else finite(float(column.quantiles.quantiles((probability,))[0]))


def statistics(now: Column, before: Column | None) -> list[tuple[str, str, str]]:
    """Return (statistic, now, before) for all that is known of a column."""
    past = before if before is not None and before.count else None
    rows = [*_GENERAL, *(_NUMERIC if now.quantiles.n else []), *(_LENGTHS if now.lengths.n else [])]
    return [(label, write(now), write(past) if past is not None else NOTHING) for label, write in rows]


def frequent_rows(now: Outline, before: Outline | None) -> list[tuple[str, int, float, float | None]]:
    """Return (value, count, share of rows, share before) of the commonest values."""
    whole, past = now.pooled(), before.pooled() if before is not None else None
    rows = max(whole.field("count")[0], 1.0)
    commonest = list(whole.frequent[0].items())[:_TOP]
    return [(value, n, n / rows, shares_of(past, value)[0] if past is not None else None) for value, n in commonest]


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


def _distinct(column: Column) -> str:
    estimate = column.distinct.estimate()
    # HyperLogLog is near to exact while few registers are taken.
    return count(round(estimate)) if estimate < 100 else f"≈{count(estimate)}"


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
