"""What may leave the process. Values travel only when enough of them stand behind each number.

Counts always travel. A column's values (moments, sketches, frequent strings) wait until there are ``min_count``
of them; a string is named only once this process has seen it ``min_count`` times, and never in a column
that looks like an identifier or free text.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any

import numpy as np

from graphsignal_mw.stats import Column, Distinct, Frequent, Moments, Performance, Quantiles, Values
from graphsignal_mw.stats.kinds import is_missing
from graphsignal_mw.stats.performance import KINDS
from graphsignal_mw.stats.rounding import rounded
from graphsignal_mw.stats.values import LONG, MANY

_REMEMBERED = 2048  # strings of a place
_PLACES = 4096
_BLOCK = 500  # strings that are enough to tell an identifier
Place = tuple[str, ...]  # deployment, stream or segment, column
BOOLEANS = frozenset({"true", "false"})
RARE = "(rare)"


@dataclass(slots=True)
class _Memory:
    """What was seen at a place: how often each string, and whether a block of values was mostly distinct or long."""

    seen: Counter[str] = field(default_factory=Counter)
    block: Distinct = field(default_factory=Distinct)
    total: int = 0
    characters: float = 0.0
    judged: bool = False
    identifying: bool = False

    def note(self, counts: Mapping[str, int]) -> None:
        self.seen.update(counts)
        if len(self.seen) > _REMEMBERED:
            self.seen = Counter(dict(nlargest(_REMEMBERED // 2, self.seen.items(), key=lambda item: item[1])))

    def judge(self, values: Values) -> None:
        """Judge block after block: a small window of an identifier looks like one of few categories."""
        self.block.merge(values.distinct)
        self.total += values.n
        self.characters += values.lengths.n * values.lengths.mean
        if self.total >= _BLOCK:
            self.identifying |= self._is_distinct or self.characters > LONG * self.total
            self.judged, self.total, self.characters, self.block = True, 0, 0.0, Distinct()

    @property
    def hides(self) -> bool:
        """Whether nothing may be named: an identifier, or too early to tell."""
        return self.identifying or (not self.judged and self.total >= MANY and self._is_distinct)

    @property
    def _is_distinct(self) -> bool:
        return self.block.estimate() > 0.5 * self.total


class Names:
    """How often this process has seen each string of each column: what may be named. Bounded by column.

    A column that once looked like an identifier names nothing any more.
    """

    def __init__(self, min_count: int) -> None:
        self.min_count = min_count
        self._memories: dict[Place, _Memory] = {}

    def note(self, place: Place, counts: Mapping[str, int], values: Values | None = None) -> None:
        """Remember strings that were seen at ``place``, in a column of ``values``."""
        if not counts and (values is None or not values.frequent.total):
            return
        # The place used longest ago is forgotten first.
        memory = self._memories.pop(place) if place in self._memories else _Memory()
        self._memories[place] = memory
        memory.note(counts)
        if values is not None:
            memory.judge(values)
        if len(self._memories) > _PLACES:
            del self._memories[next(iter(self._memories))]

    def hides(self, place: Place) -> bool:
        """Whether the column at ``place`` looks like an identifier, so that nothing of it is ever named."""
        memory = self._memories.get(place)
        return memory is not None and memory.hides

    def allowed(self, place: Place, names: Mapping[str, int]) -> AbstractSet[str]:
        """Return those of ``names`` that were seen often enough, in a column that is no identifier."""
        memory = self._memories.get(place) or _Memory()
        if memory.hides:
            return BOOLEANS & names.keys()
        return {name for name, n in names.items() if max(n, memory.seen[name]) >= self.min_count or name in BOOLEANS}


def divide(values: Values | Performance, least: int) -> tuple[Values | Performance | None, Values | Performance]:
    """Return what has ``least`` values behind each number (None: nothing), and the rest; ``values`` stay as they are.

    A few numbers among many strings would be a sketch of these few, and so would a few labels of another kind.
    """
    if isinstance(values, Performance):
        return _divide_kinds(values, least)
    few = 0 < values.moments.n < least
    if values.n - (values.moments.n if few else 0) < least:
        return None, values
    if not few and (values.lengths.n >= least or not values.lengths.n):
        return values, Values()
    ready, rest = Values(), Values()
    ready.merge(values)
    if few:
        ready.n, rest.n = values.n - values.moments.n, values.moments.n
        rest.moments, rest.quantiles = ready.moments, ready.quantiles
        ready.moments, ready.quantiles = Moments(), Quantiles()
    if ready.lengths.n < least:
        ready.lengths = Moments()
    return ready, rest


def _divide_kinds(performance: Performance, least: int) -> tuple[Performance | None, Performance]:
    ready, rest = Performance(), Performance()
    for kind in KINDS:
        found = getattr(performance, kind)
        setattr(ready if found.n >= least else rest, kind, found)
    return ready if ready.n else None, rest


def public_column(column: Column, values: Values | None, names: AbstractSet[str]) -> Column:
    """Return what may travel of ``column``: its counts, and ``values`` (None: they wait) with only ``names``."""
    public = Column()
    public.count, public.missing = column.count, column.missing
    public.zeros, public.empties = column.zeros, column.empties
    public.types = dict(column.types)
    if values is not None:
        public.values = public_values(values, names)
    return public


def public_values(values: Values, names: AbstractSet[str]) -> Values:
    """Return ``values`` with rounded extremes, and only ``names`` among the frequent ones."""
    public = Values()
    public.merge(values)
    _round_extremes(public, values)
    frequent = public.frequent  # merged, and so the commonest alone
    shown = {} if values.is_identifying else {v: n for v, n in frequent.counts.items() if v in names}
    public.frequent = Frequent(shown, frequent.error, frequent.total)
    return public


def public_performance(performance: Performance, names: AbstractSet[str]) -> Performance:
    """Return ``performance`` with classes outside ``names`` joined as ``(rare)``, and with rounded extremes."""
    public = Performance()
    public.merge(performance)
    hidden = {name: RARE for name in performance.categorical.classes() if name not in names}
    public.categorical.rename(hidden)
    for moments in (public.numeric.errors, public.numeric.labels):
        if moments.n:
            extremes = np.array([moments.minimum, moments.maximum], dtype=np.float64)
            moments.minimum, moments.maximum = rounded(extremes, performance.numeric.digits, moments).tolist()
    return public


def hash_columns(
    columns: Mapping[str, Sequence[Any]], hashed: frozenset[str], key: bytes
) -> Mapping[str, Sequence[Any]]:
    """Return ``columns`` with the values of ``hashed`` ones replaced by keyed BLAKE2b digests (RFC 7693).

    What was inside a mapping goes with it: ``customer`` covers ``customer.id``.
    """
    return {
        name: [_digest(v, key) for v in values] if covers(hashed, name) else values for name, values in columns.items()
    }


def covers(hashed: frozenset[str], name: str) -> bool:
    """Whether the column ``name`` is one of ``hashed``, or was inside one."""
    return name in hashed or any(name.startswith(f"{whole}.") for whole in hashed)


def _digest(value: Any, key: bytes) -> str | None:
    if is_missing(value):
        return None
    return hashlib.blake2b(str(value).encode("utf-8", "surrogatepass"), digest_size=8, key=key[:64]).hexdigest()


def _round_extremes(public: Values, values: Values) -> None:
    """Keep the exact extremes inside this process: those of the sketch are rounded like its items."""
    if not values.quantiles.n:
        return
    least, greatest = values.quantiles.quantiles([0.0, 1.0])
    public.moments.minimum, public.moments.maximum = float(least), float(greatest)
