"""One look at a body: the fields of its values, where columns can hold them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from graphsignal_mw.mapping.jsonpath import EACH
from graphsignal_mw.mapping.targets import Target, Targets, Way

Kind = Literal["number", "scalar", "ignored"]
Fields = dict[Way, Kind]
Inner = Callable[[Any, Way], Fields | None]

MAX_ITEMS = 1000  # of a list that become columns: as many as a window has
MAX_LEAVES = 4096  # of which is remembered what they are
_SCALARS = frozenset({str, int, float, bool, type(None)})


class Wanted(NamedTuple):
    """What is looked for: ``targets``, and ``tags``, each with whether it may be a list of one value an instance.

    Features that are not ``is_recorded`` are ignored; values of tags and of columns that are ``is_exact`` stay as they
    are.
    """

    targets: Targets
    tags: Mapping[Way, bool]
    is_recorded: Callable[[str], bool]
    is_exact: Callable[[str], bool]


class Look:
    """Finds the fields of bodies; None where there is something that no column can hold.

    A body that is odd is looked at because it is, so there may be many: what a leaf is by its type is remembered.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted, self._targets, self._tags = wanted, wanted.targets, wanted.tags
        ways = (*wanted.targets, *wanted.tags)
        self._outer = {way[:n] for way in ways for n in range(len(way))}
        self._listed = {way[:n] for way in ways for n in range(len(way)) if way[n] is EACH}
        self._required = frozenset(ways)
        self._instances: int | None = None
        self._fields_of: Callable[[type, Way, bool], Fields | None] = lru_cache(MAX_LEAVES)(self._leaf_of)

    def fields(self, document: Any, instances: int | None) -> Fields | None:
        """Return the fields of a body; ``instances`` as the other side says it, None where it says nothing."""
        self._instances = instances
        return self._at(document, ())

    def _at(self, value: Any, way: Way) -> Fields | None:
        if way in self._targets:
            return self._target(value, way, self._targets[way])
        if way in self._tags:
            return self._value(value, way, may_list=self._tags[way])
        if way in self._listed:
            return self._each(value, way, self._at)
        if way not in self._outer:
            return {way: "ignored"}
        return _union(value.items(), way, self._at) if type(value) is dict else None

    def _target(self, value: Any, way: Way, target: Target) -> Fields | None:
        if not target.is_row:
            return self._value(value, way, may_list=target.singular and self._is_batch(value))
        if not target.singular:
            return self._row(value, way, target)
        if _is_table(value) and not _is_misnamed(value, target):
            return _union(value.items(), way, lambda column, inner: self._each(column, inner, self._leaf))
        is_rows = type(value) is list and all(type(item) in {dict, list} for item in value)
        if is_rows or self._is_batch(value):
            return self._each(value, way, lambda item, inner: self._row(item, inner, target))
        return self._row(value, way, target)

    def _row(self, value: Any, way: Way, target: Target) -> Fields | None:
        """Look at one instance."""
        if type(value) is dict:
            return None if _is_misnamed(value, target) else _union(value.items(), way, self._leaf)
        if type(value) is not list:
            return self._leaf(value, way)
        if not 0 < len(value) <= MAX_ITEMS or (target.names and len(target.names) != len(value)):
            return None
        return _union(enumerate(value), way, lambda item, inner: self._leaf(item, inner, alone=len(value) == 1))

    def _value(self, value: Any, way: Way, *, may_list: bool) -> Fields | None:
        return self._each(value, way, self._leaf) if may_list and type(value) is list else self._leaf(value, way)

    def _leaf(self, value: Any, way: Way, *, alone: bool = False) -> Fields | None:
        """Look at a single value; an object or a list is one only where it is not recorded."""
        return self._fields_of(type(value), way, alone)

    def _leaf_of(self, kind: type, way: Way, alone: bool) -> Fields | None:
        is_tag = way in self._tags or way[:-1] in self._tags
        column = column_at(self._targets, way, alone=alone)
        if column is not None and not is_tag and not self._wanted.is_recorded(column):
            return {way: "ignored"}
        if not way or kind not in _SCALARS:
            return None
        is_exact = column is None or is_tag or self._wanted.is_exact(column)
        return {way: "number" if kind in {int, float} and not is_exact else "scalar"}

    def _each(self, value: Any, way: Way, inner: Inner) -> Fields | None:
        if type(value) is not list or not value:
            return None
        found: Fields | None = None
        for item in value:
            fields = inner(item, (*way, EACH))
            if fields is not None and found is not None and fields != found:
                fields = widened(found, fields, self._required)
            if fields is None:
                return None
            found = fields
        return found

    def _is_batch(self, value: Any) -> bool:
        """Return whether a list of outputs is one an instance: of a single instance it is one of several values."""
        instances = self._instances
        return type(value) is list and instances is not None and (instances != 1 or len(value) == 1)


def column_at(targets: Targets, way: Way, *, alone: bool) -> str | None:
    """Return the name of the column at ``way``, None where it is none; ``alone``: there is no other in its list."""
    above = next((target for target in targets if way[: len(target)] == target), None)
    if above is None:
        return None
    step = next((step for step in reversed(way[len(above) :]) if step is not EACH), None)
    if isinstance(step, int):
        return targets[above].item(step, alone=alone)
    return targets[above].value if step is None else step


def widened(known: Mapping[Way, Kind], more: Mapping[Way, Kind], required: Collection[Way]) -> Fields | None:
    """Return fields that fit both: what may be missing can be no plain number. None where something may not be."""
    fields = dict(known)
    for way, kind in more.items():
        before = known.get(way)
        if before is None and not _may_be_missing(way, required):
            return None
        if kind != before:
            fields[way] = "ignored" if "ignored" in {kind, before} else "scalar"
    for way in known.keys() - more.keys():
        if not _may_be_missing(way, required):
            return None
        if known[way] == "number":
            fields[way] = "scalar"
    return fields


def _may_be_missing(way: Way, required: Collection[Way]) -> bool:
    return isinstance(way[-1], str) and way not in required


def _union(items: Iterable[tuple[Any, Any]], way: Way, look: Inner) -> Fields | None:
    found: Fields = {}
    for step, inner in items:
        fields = look(inner, (*way, step))
        if fields is None:
            return None
        found |= fields
    return found


def _is_misnamed(value: Mapping[str, Any], target: Target) -> bool:
    """Return whether an object has the name of a list's item where such items have other names: that is counted."""
    return bool(target.names) and f"{target.column}_0" in value


def _is_table(value: Any) -> bool:
    """Return whether a value is an object of lists: a batch, where these have the same length."""
    return type(value) is dict and bool(value) and all(type(column) is list for column in value.values())
