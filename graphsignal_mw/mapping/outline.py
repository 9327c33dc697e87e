"""What the bodies on one side of an endpoint look like, learned from those that came.

A typed decoder is twice as fast as one that makes dictionaries, and refuses whatever looks otherwise. Every field is
decoded, those that nobody asks for too: a body is read here only where it would be read without a type as well.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from graphsignal_mw.mapping.choice import Choice
from graphsignal_mw.mapping.jsonpath import EACH
from graphsignal_mw.mapping.look import Fields, Kind, Look, Wanted, column_at, widened
from graphsignal_mw.mapping.targets import Targets, Way

MAX_NEW = 64  # fields beyond those of the first body: what clients make up must not make every row wide


class Sight(NamedTuple):
    """What one body looks like: its fields, which of the alternatives it is, and how many instances there are."""

    fields: Fields
    targets: Targets
    rows: int

    def has(self, tag: Way) -> bool:
        """Whether there are values of the tag at this way."""
        return tag in self.fields or (*tag, EACH) in self.fields


class Outline:
    """Fields by the way to them.

    ``alternatives`` say what is wanted; the first body chooses among them, and none may have what points to another, or
    a ``strange`` name at its root. Of features ``choice`` says what is recorded. ``tags`` are single values beside
    that, each with whether its path is singular. Numbers of columns that are not ``exact`` may become floats.
    """

    def __init__(
        self,
        alternatives: Sequence[Targets],
        tags: Mapping[Way, bool],
        *,
        choice: Choice,
        exact: Callable[[str], bool],
        strange: Sequence[str] = (),
    ) -> None:
        self._alternatives, self.has_targets = alternatives or ({},), bool(alternatives)
        self._firsts = {*strange, *(way[0] for targets in alternatives for way in targets if way)}
        self._tags, self._choice = tags, choice
        self._looks = [Look(Wanted(targets, tags, self._is_recorded, exact)) for targets in self._alternatives]
        self.targets: Targets = {}
        self.fields: Fields = {}
        self._most = 0

    @property
    def is_ignored(self) -> bool:
        """Whether nothing is wanted of this side."""
        return not (self.has_targets or self._tags)

    @property
    def required(self) -> frozenset[Way]:
        """Ways to what no body may lack."""
        return frozenset((*self.targets, *self._tags))

    def look(self, document: Any, instances: int | None) -> Sight | None:
        """Return what ``document`` looks like, None where there is something that no column can hold.

        ``instances`` is their number as the other side says it, None where it says nothing.
        """
        for targets, look in zip(self._alternatives, self._looks, strict=True):
            if self.fields and targets is not self.targets:
                continue
            others = self._firsts - {way[0] for way in targets if way}
            if type(document) is dict and any(name in document for name in others):
                continue
            fields = look.fields(document, instances)
            if fields and all(any(_is_below(target, way) for way in fields) for target in targets):
                return Sight(fields, targets, _rows(document, fields, targets))
        return None

    def widen(self, sight: Sight) -> bool:
        """Widen, so that bodies like the one seen fit; return whether that changed anything."""
        if not self.fields:
            self._most, self.targets = len(sight.fields) + MAX_NEW, sight.targets
        fields = widened(self.fields, sight.fields, self.required) if self.fields else sight.fields
        if fields is None or fields == self.fields or len(fields) > self._most or not _is_consistent(fields):
            return False
        self.fields = fields
        return True

    def column(self, way: Way) -> str | None:
        """Return the name of the column at ``way``, None where it is none."""
        if self.fields[way] == "ignored":
            return None
        column = column_at(self.targets, way, alone=(*way[:-1], 1) not in self.fields)
        return column if column is not None and self._is_recorded(column) else None

    def tag(self, way: Way) -> Way | None:
        """Return the way to the values of the tag at ``way``, None where there are none on this side."""
        return next((found for found in (way, (*way, EACH)) if found in self.fields), None)

    def is_in_batch(self, way: Way) -> bool:
        """Whether there is a value at ``way`` for each instance of a batch."""
        return EACH in way and any(_is_below(target, way) for target in self.targets)

    def _is_recorded(self, column: str) -> bool:
        return not self._choice or bool(self._choice.row({column: None}))


def _is_below(target: Way, way: Way) -> bool:
    return way[: len(target)] == target


def _is_consistent(fields: Mapping[Way, Kind]) -> bool:
    """Return whether everything is a value, an object or a list, and the same in every body."""
    steps: defaultdict[Way, set[type]] = defaultdict(set)
    for way in fields:
        for n, step in enumerate(way):
            steps[way[:n]].add(type(step))
    return not any(way in steps for way in fields) and all(len(kinds) == 1 for kinds in steps.values())


def _rows(document: Any, fields: Fields, targets: Targets) -> int:
    """Return how many instances there are."""
    way = next((way for way in fields if EACH in way and any(_is_below(target, way) for target in targets)), None)
    if way is None:
        return 1
    for step in way[: way.index(EACH)]:
        document = document[step]
    return len(document)
