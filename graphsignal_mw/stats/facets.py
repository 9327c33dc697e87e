"""Facets: numbers that are derived from each value of a text or list column, each in a column of its own.

The facet ``words`` of the column ``review`` is the column ``review::words``. No column of a user bears such a name.
"""

from graphsignal_mw.stats.text import MAX_NAME, bounded_name, bounded_text

PROJECTIONS = 8
TEXT_FACETS = ("length", "words", "uppercase", "digits", "symbols", "non_ascii")
LIST_FACETS = ("dimension", "norm", "missing", *(f"projection_{k}" for k in range(1, PROJECTIONS + 1)))
_SEPARATOR, _ESCAPED = "::", ":\\x3a"
_FACETS = frozenset((*TEXT_FACETS, *LIST_FACETS))


def facet_name(column: str, facet: str) -> str:
    """Return the name of the column that holds a facet of ``column``."""
    ending = _SEPARATOR + facet
    return bounded_text(column, MAX_NAME - len(ending)) + ending


def split_facet(name: str) -> tuple[str, str] | None:
    """Return the column and the facet that ``name`` stands for, None where it is no facet's."""
    column, separator, facet = name.rpartition(_SEPARATOR)
    return (column, facet) if separator and facet in _FACETS else None


def is_facet(name: str) -> bool:
    """Whether ``name`` is that of a facet."""
    return _SEPARATOR in name and split_facet(name) is not None


def own_name(name: str) -> str:
    """Return ``name`` as that of a user's own column: of bounded length, and never that of a facet."""
    found = split_facet(name)
    return bounded_name(name if found is None else _ESCAPED.join(found))
