"""The decoder of bodies on one side, and what takes the values out of them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple

import msgspec

from graphsignal_mw.mapping.jsonpath import EACH
from graphsignal_mw.mapping.outline import Outline
from graphsignal_mw.mapping.targets import Way
from graphsignal_mw.mapping.typed_body import Node, typed_body

REFUSED = (msgspec.DecodeError, ValueError, RecursionError)

Content = bytes | bytearray


class Names(NamedTuple):
    """The columns that one side gives.

    A number is always there; another value is any scalar of JSON, and ``msgspec.UNSET`` where there is none.
    """

    numbers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Values(NamedTuple):
    """What one side gives, column by column."""

    numbers: Sequence[Sequence[float]] = ()
    others: Sequence[Sequence[Any]] = ()


class Columns:
    """The values of decoded bodies, each way's by itself; ``counts`` of the instances of each body, as each list says.

    What is no list of instances has one of them, or where it is a tag or an output beside lists, stands for all.
    """

    def __init__(self, side: "Side", bodies: Sequence[Any]) -> None:
        self.counts: list[list[int]] = [[1] * len(bodies)] if side.is_single else []
        self._side = side
        self._columns = list(side.columns(bodies, self.counts))

    def at(self, place: int, counts: Sequence[int]) -> Sequence[Any]:
        """Return the values of one way, one an instance."""
        column = self._columns[place]
        if self._side.is_wide[place] or len(column) == sum(counts):
            return column
        return list(chain.from_iterable(map(repeat, column, counts)))

    def values(self, counts: Sequence[int]) -> Values:
        """Return the values of columns."""
        side = self._side
        return Values(
            [self.at(place, counts) for place in side.numbers], [self.at(place, counts) for place in side.others]
        )


class Side:
    """What an outline says by now: nothing is looked at where it wants nothing, all refused before it has learned."""

    def __init__(self, outline: Outline) -> None:
        self._is_ignored = outline.is_ignored
        self._body: Node | None = None
        self._ways: list[Way] = []
        self.numbers: dict[int, str] = {}  # columns by their place among all ways
        self.others: dict[int, str] = {}
        self.is_single = False
        if outline.fields:
            self._body = typed_body(outline.fields, outline.required)
            self._decode: Callable[[Content], Any] = msgspec.json.Decoder(self._body.type).decode
            self._ways = list(self._body.ways())
            self.is_single = bool(outline.targets) and not any(map(outline.is_in_batch, self._ways))
        for place, way in enumerate(self._ways):
            column = outline.column(way)
            if column is not None:
                (self.numbers if outline.fields[way] == "number" else self.others)[place] = column
        self.is_wide = [EACH in way for way in self._ways]
        self.names = Names(tuple(self.numbers.values()), tuple(self.others.values()))

    def place(self, way: Way | None) -> int | None:
        """Return the place of a way among the columns, None where it is not on this side."""
        return self._ways.index(way) if way in self._ways else None

    def decode(self, bodies: Sequence[Content], refused: set[int]) -> Sequence[Any]:
        """Return the decoded bodies; where one is refused there is None, and its place is added to ``refused``."""
        if self._is_ignored:
            return bodies
        if self._body is None:
            refused.update(range(len(bodies)))
            return bodies
        found: list[Any] = []
        rest = iter(bodies)
        while len(found) < len(bodies):
            try:
                found.extend(map(self._decode, rest))  # what was decoded before one that is refused stays
            except REFUSED:
                refused.add(len(found))
                found.append(None)
        return found

    def columns(self, bodies: Sequence[Any], counts: list[list[int]]) -> Iterable[Sequence[Any]]:
        """Return the values of decoded bodies, at least one, way by way; what lists count is added to ``counts``."""
        return () if self._body is None else self._body.columns(bodies, counts)
