"""What the bodies on one side of an endpoint look like, learned from those that came: the type that decodes them.

A typed decoder is twice as fast as one that makes dictionaries, and refuses whatever looks otherwise. Every field is
decoded, those that nobody asks for too: a body is read here only where it would be read without a type as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from graphsignal_mw.mapping.choice import Choice

Way = tuple[str, ...]
Kind = Literal["number", "scalar", "ignored"]
Scalar = str | int | float | bool | None

MAX_NEW = 64  # fields beyond those of the first body: what clients make up must not make every row wide
_SCALARS = frozenset({str, int, float, bool, type(None)})


class Outline:
    """Fields by the way to them, the names from the root.

    ``targets`` are ways to what is wanted, each with the name of its column: there is a single value, or an object
    whose items are columns where ``rows`` allows it. Of an object, ``choice`` says what is recorded. Values of
    columns that are ``exact`` stay as they are; numbers of the others may become floats.
    """

    def __init__(self, targets: Mapping[Way, str], *, rows: bool, choice: Choice, exact: Callable[[str], bool]) -> None:
        self._targets, self._rows, self._choice, self._exact = targets, rows, choice, exact
        self._outer = {way[:n] for way in targets for n in range(len(way))}
        self.fields: dict[Way, Kind] = {}
        self._most = 0

    def learn(self, document: Any) -> bool:
        """Widen, so that bodies like ``document`` fit; return whether that changed anything."""
        found: dict[Way, Kind] = {}
        if not self._walk(document, (), found) or not self._is_whole(found):
            return False
        if not self.fields:
            self._most = len(found) + MAX_NEW
        fields = self._widened(found) if self.fields else found
        if fields == self.fields or len(fields) > self._most or not self._is_consistent(fields):
            return False
        self.fields = fields
        return True

    def column(self, way: Way) -> str | None:
        """Return the name of the column at ``way``, None where it is none."""
        if self.fields[way] == "ignored":
            return None
        return self._targets[way] if way in self._targets else way[-1]

    def body(self) -> "Body":
        """Return the type of the bodies.

        Raises:
            ValueError: when a name can be no field.

        """
        return self._body(())

    def _walk(self, value: Any, way: Way, found: dict[Way, Kind]) -> bool:
        """Find the kinds of all fields; return False where there is something that no column can hold."""
        if way in self._targets:
            return self._walk_target(value, way, found)
        if way not in self._outer:
            found[way] = "ignored"
            return True
        return type(value) is dict and all(self._walk(inner, (*way, name), found) for name, inner in value.items())

    def _walk_target(self, value: Any, way: Way, found: dict[Way, Kind]) -> bool:
        if type(value) is dict:
            for name, inner in value.items():
                is_recorded = not self._choice or self._choice.row({name: inner})
                found[(*way, name)] = self._kind(inner, name) if is_recorded else "ignored"
                if found[(*way, name)] == "scalar" and type(inner) not in _SCALARS:
                    return False
            return self._rows
        found[way] = self._kind(value, self._targets[way])
        return bool(way) and type(value) in _SCALARS

    def _kind(self, value: Any, column: str) -> Kind:
        return "number" if type(value) in {int, float} and not self._exact(column) else "scalar"

    def _is_whole(self, found: Mapping[Way, Kind]) -> bool:
        """Return whether every target leads somewhere."""
        return all(any(way[: len(target)] == target for way in found) for target in self._targets)

    def _is_consistent(self, fields: Mapping[Way, Kind]) -> bool:
        """Return whether no field is a value in one body, and an object in another."""
        return not any(way[:n] in fields for way in fields for n in range(len(way)))

    def _widened(self, found: Mapping[Way, Kind]) -> dict[Way, Kind]:
        """Return fields that fit both what is known and ``found``: what may be missing can be no plain number."""
        fields: dict[Way, Kind] = {}
        for way in {**self.fields, **found}:
            kinds = {self.fields.get(way), found.get(way)}
            fields[way] = "ignored" if "ignored" in kinds else "number" if kinds == {"number"} else "scalar"
        return fields

    def _body(self, way: Way) -> "Body":
        parts: list[tuple[tuple[Any, ...], Way | Body]] = []
        names = dict.fromkeys(field[len(way)] for field in self.fields if field[: len(way)] == way)
        renamed = {f"f{number}": name for number, name in enumerate(names)}
        for attribute, name in renamed.items():
            inner = (*way, name)
            kind = self.fields.get(inner)
            if kind is None:
                body = self._body(inner)
                parts.append(((attribute, body.type), body))
            elif kind == "number":
                parts.append(((attribute, float), inner))
            elif inner in self._targets:
                parts.append(((attribute, Scalar), inner))
            else:
                parts.append(((attribute, Any if kind == "ignored" else Scalar | UnsetType, UNSET), inner))
        parts.sort(key=lambda part: len(part[0]))  # what has a default comes last
        fields = [field for field, _ in parts]
        made = msgspec.defstruct("Body", fields, rename=renamed, gc=False, forbid_unknown_fields=True)
        return Body(made, [part for _, part in parts])


class Body(NamedTuple):
    """The type that decodes bodies; of each of its fields, in their order, the way to it, or what is inside it."""

    type: type
    parts: "list[Way | Body]"

    def ways(self) -> Iterator[Way]:
        """Yield the ways to all values."""
        for part in self.parts:
            if isinstance(part, Body):
                yield from part.ways()
            else:
                yield part

    def columns(self, bodies: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield the values of decoded bodies (at least one), way by way in the order of :meth:`ways`."""
        for values, part in zip(zip(*map(astuple, bodies), strict=True), self.parts, strict=True):
            if isinstance(part, Body):
                yield from part.columns(values)
            else:
                yield values
