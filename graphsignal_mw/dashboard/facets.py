"""Facets as people read them: the numbers that stand for texts and lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from graphsignal_mw.dashboard.formats import NOTHING, number
from graphsignal_mw.dashboard.shift import Reference, level
from graphsignal_mw.dashboard.tracks import quantiles
from graphsignal_mw.stats import Column
from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS, split_facet
from graphsignal_mw.stats.outline import Outline
from graphsignal_mw.stats.text import MAX_NAME

_MEANINGS = {
    "length": "characters",
    "words": "words",
    "uppercase": "share of uppercase letters",
    "digits": "share of digits",
    "symbols": "share of punctuation and symbols",
    "non_ascii": "share of characters beyond ASCII",
    "dimension": "elements",
    "norm": "Euclidean norm",
    "missing": "share of missing elements",
}


@dataclass(frozen=True, kw_only=True)
class FacetRow:
    """One facet: the column that holds it along time, how far it moved (None: unknown), its meaning and medians."""

    name: str
    facet: str
    track: Outline
    shift: float | None
    meaning: str
    now: str
    before: str

    @property
    def drift(self) -> str:
        """Level of the shift."""
        return level(self.shift)


def meaning(facet: str) -> str:
    """Return what a facet says, in words."""
    return _MEANINGS.get(facet, "projection on a fixed direction")


def facet_row(name: str, facet: str, now: Outline, before: Outline | None) -> FacetRow:
    """Return the ``facet`` that the column ``name`` holds, now and before."""
    return FacetRow(
        name=name,
        facet=facet,
        track=now,
        shift=Reference(before).shift(now) if before is not None else None,
        meaning=meaning(facet),
        now=number(quantiles(now.pooled(), 0.5)[0]),
        before=number(quantiles(before.pooled(), 0.5)[0]) if before is not None else NOTHING,
    )


def telling(column: Column, rows: Sequence[FacetRow]) -> FacetRow | None:
    """Return the facet that moved most, where ``column`` has no values of its own to show."""
    has_values = column.is_numeric or bool(column.frequent.counts)
    return max(rows, key=lambda row: row.shift or 0.0) if rows and not has_values else None


def kind_by_facets(rows: Sequence[FacetRow]) -> str | None:
    """Return ``text`` or ``list`` where a column has facets of it, else None."""
    kinds = {TEXT_FACETS[0]: "text", LIST_FACETS[0]: "list"}
    return next((kinds[row.facet] for row in rows if row.facet in kinds), None)


def origin(name: str) -> tuple[str, str] | None:
    """Return the column that a facet is derived from, where its name says it, and what the facet means."""
    found = split_facet(name)
    return (found[0], meaning(found[1])) if found is not None and len(name) < MAX_NAME else None
