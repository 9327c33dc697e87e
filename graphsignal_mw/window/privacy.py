"""What may leave the process. Values travel only when enough of them stand behind each number.

Counts always travel. A column's values (moments, sketches, frequent strings) wait until there are ``min_count``
of them; a string is named only once this process has seen it ``min_count`` times, and never in a column
that looks like an identifier or free text.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import nlargest
from typing import Any

from graphsignal_mw.stats import Column, Frequent, Performance, Values

_REMEMBERED = 2048
Place = tuple[str, ...]  # deployment, stream or segment, column
BOOLEANS = frozenset({"true", "false"})
RARE = "(rare)"


class Names:
    """How often this process has seen each string of each column: what may be named. Bounded by column."""

    def __init__(self, min_count: int) -> None:
        self.min_count = min_count
        self._seen: dict[Place, Counter[str]] = {}

    def note(self, place: Place, counts: Mapping[str, int]) -> None:
        """Remember strings that were seen at ``place``."""
        seen = self._seen.setdefault(place, Counter())
        seen.update(counts)
        if len(seen) > _REMEMBERED:
            self._seen[place] = Counter(dict(nlargest(_REMEMBERED // 2, seen.items(), key=lambda item: item[1])))

    def allowed(self, place: Place, names: Mapping[str, int]) -> set[str]:
        """Return those of ``names`` that were seen often enough."""
        seen = self._seen.get(place, Counter())
        return {name for name, n in names.items() if max(n, seen[name]) >= self.min_count or name in BOOLEANS}


def public_column(column: Column, values: Values | None, names: set[str]) -> Column:
    """Return what may travel of ``column``: its counts, and ``values`` (None: they wait) with only ``names``."""
    public = Column()
    public.count, public.missing = column.count, column.missing
    public.zeros, public.empties = column.zeros, column.empties
    public.types = dict(column.types)
    if values is not None:
        public.values = public_values(values, names)
    return public


def public_values(values: Values, names: set[str]) -> Values:
    """Return ``values`` with rounded extremes, and only ``names`` among the frequent ones."""
    public = Values()
    public.merge(values)
    _round_extremes(public, values)
    shown = {} if values.is_identifying else {v: n for v, n in values.frequent.counts.items() if v in names}
    public.frequent = Frequent(shown, values.frequent.error, values.frequent.total)
    return public


def public_performance(performance: Performance, names: set[str]) -> Performance:
    """Return ``performance`` with classes outside ``names`` joined as ``(rare)``."""
    public = Performance()
    public.merge(performance)
    hidden = {name: RARE for name in performance.categorical.classes() if name not in names}
    public.categorical.rename(hidden)
    return public


def hash_columns(
    columns: Mapping[str, Sequence[Any]], hashed: frozenset[str], key: bytes
) -> Mapping[str, Sequence[Any]]:
    """Return ``columns`` with the values of ``hashed`` ones replaced by keyed BLAKE2b digests (RFC 7693)."""
    if hashed.isdisjoint(columns):
        return columns
    return {name: [_digest(v, key) for v in values] if name in hashed else values for name, values in columns.items()}


def _digest(value: Any, key: bytes) -> str | None:
    if value is None:
        return None
    return hashlib.blake2b(str(value).encode("utf-8", "surrogatepass"), digest_size=8, key=key[:64]).hexdigest()


def _round_extremes(public: Values, values: Values) -> None:
    """Keep the exact extremes inside this process: those of the sketch are rounded like its items."""
    if not values.quantiles.n:
        return
    least, greatest = values.quantiles.quantiles([0.0, 1.0])
    public.moments.minimum, public.moments.maximum = float(least), float(greatest)
