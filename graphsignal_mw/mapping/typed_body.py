"""The type that decodes bodies of one outline, and the values of its fields, column by column."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import astuple

from graphsignal_mw.mapping.jsonpath import EACH
from graphsignal_mw.mapping.look import Fields, Kind
from graphsignal_mw.mapping.targets import Way

Scalar = str | int | float | bool | None
_TYPES: Mapping[Kind, Any] = {"number": float, "scalar": Scalar, "ignored": Any}


class Leaf(NamedTuple):
    """A value that has a column, or none."""

    type: Any
    way: Way
    is_optional: bool

    def ways(self) -> Iterator[Way]:
        """Yield the ways to all values, in the order in which :meth:`columns` has them."""
        yield self.way

    def columns(self, values: Sequence[Any], _counts: list[list[int]]) -> Iterator[Sequence[Any]]:
        """Yield the values of each way; add to ``counts`` how many each list has."""
        yield values


class Each(NamedTuple):
    """A list of instances, or of a column of theirs; never an empty one."""

    type: Any
    inner: "Node"
    is_optional: bool = False

    def ways(self) -> Iterator[Way]:
        """See :meth:`Leaf.ways`."""
        return self.inner.ways()

    def columns(self, values: Sequence[Any], counts: list[list[int]]) -> Iterator[Sequence[Any]]:
        """See :meth:`Leaf.columns`."""
        counts.append(list(map(len, values)))
        return self.inner.columns(list(chain.from_iterable(values)), counts)


class Record(NamedTuple):
    """An object whose names are known, or a list whose length is."""

    type: Any
    parts: "Sequence[Node]"
    is_optional: bool = False

    def ways(self) -> Iterator[Way]:
        """See :meth:`Leaf.ways`."""
        return chain.from_iterable(part.ways() for part in self.parts)

    def columns(self, values: Sequence[Any], counts: list[list[int]]) -> Iterator[Sequence[Any]]:
        """See :meth:`Leaf.columns`."""
        for inner, part in zip(zip(*map(astuple, values), strict=True), self.parts, strict=True):
            yield from part.columns(inner, counts)


Node = Leaf | Each | Record


def typed_body(fields: Fields, required: Collection[Way]) -> Node:
    """Return the type of bodies that have these fields, of which some are never missing.

    Raises:
        ValueError: when a name can be no field.

    """
    tree: dict[Any, Any] = {}
    for way in fields:
        at = tree
        for step in way:
            at = at.setdefault(step, {})
    return _node((), tree, fields, required)


def _node(way: Way, tree: Mapping[Any, Any], fields: Fields, required: Collection[Way]) -> Node:
    if not tree:
        kind = fields[way]
        is_optional = kind != "number" and isinstance(way[-1], str) and way not in required
        return Leaf(_TYPES[kind] | UnsetType if is_optional and kind == "scalar" else _TYPES[kind], way, is_optional)
    nodes = {step: _node((*way, step), below, fields, required) for step, below in tree.items()}
    if EACH in nodes:
        return Each(Annotated[list[nodes[EACH].type], Meta(min_length=1)], nodes[EACH])  # type: ignore[misc]  # made as it runs
    return _record(nodes)


def _record(nodes: Mapping[Any, Node]) -> Record:
    renamed = {f"f{number}": step for number, step in enumerate(nodes)}
    is_list = all(isinstance(step, int) for step in nodes)
    parts = sorted(
        zip(renamed, nodes.values(), strict=True), key=lambda part: part[1].is_optional
    )  # defaults come last
    made = msgspec.defstruct(
        "Body",
        [(name, node.type, UNSET) if node.is_optional else (name, node.type) for name, node in parts],
        rename=None if is_list else renamed,
        array_like=is_list,
        gc=False,
        forbid_unknown_fields=True,
    )
    return Record(made, [node for _, node in parts])
