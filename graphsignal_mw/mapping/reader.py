"""From the bytes of two bodies straight to the values of columns, for endpoints whose paths are plain.

Plain paths are names and ``[*]`` (``$``, ``$.x``, ``$.instances[*]``, ``$.a[*].b``), or those of a preset. What is read
here is what :class:`~graphsignal_mw.mapping.mapper.Mapper` would map; what looks otherwise is left to it.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from graphsignal_mw.mapping.choice import Choice
from graphsignal_mw.mapping.endpoint import Endpoint
from graphsignal_mw.mapping.outline import Outline, Sight
from graphsignal_mw.mapping.presets import PRESETS
from graphsignal_mw.mapping.side import REFUSED, Columns, Content, Names, Side, Values
from graphsignal_mw.mapping.targets import Tags, features_of, predictions_of, tags_of
from graphsignal_mw.mapping.template import MAX_TEXT
from graphsignal_mw.mapping.values import plain

MAX_LESSONS = 1024
LESSONS = 32  # at once: those that are refused after them have more to teach than those that were before
_decode = msgspec.json.Decoder().decode

Pair = tuple[Content, Content]
Decoded = tuple[Sequence[Any], Sequence[Any]]  # requests and responses; there is None where one was refused


class Found(NamedTuple):
    """The values of pairs of bodies, without those ``refused``: the places of pairs that look otherwise.

    ``counts`` say how many instances each pair has. Of each instance there are the names of its ``segments`` (None
    where there is no value) and its id, where the endpoint has them.
    """

    features: Values
    predictions: Values
    refused: Sequence[int]
    counts: Sequence[int] = ()
    segments: Sequence[tuple[str | None, ...]] = ()
    ids: Sequence[str | None] = ()


class Reader:
    """Reads pairs of bodies; ``columns`` are those of features and of predictions, others once it has learned."""

    columns: tuple[Names, Names]

    def __init__(self, request: Outline, response: Outline, tags: Tags) -> None:
        self._outlines, self._tags = (request, response), tags
        self._misses = self._next_build = 0
        self._has_learned = False
        self._use(Side(request), Side(response))

    def decode(self, requests: Sequence[Content], responses: Sequence[Content], refused: set[int]) -> Decoded:
        """Decode pairs of bodies, each body by itself; add to ``refused`` the places of pairs that look otherwise."""
        return self._sides[0].decode(requests, refused), self._sides[1].decode(responses, refused)

    def read(self, requests: Sequence[Content], responses: Sequence[Content]) -> Found:
        """Return the values of some pairs of bodies, in their order."""
        refused: set[int] = set()
        return self.read_decoded(self.decode(requests, responses, refused), refused)

    def read_decoded(self, decoded: Decoded, refused: set[int]) -> Found:
        """Return the values of pairs that were decoded since :meth:`learn` last found something."""
        places = range(len(decoded[0]))
        while len(refused) < len(places):
            kept = [_without(refused, bodies) for bodies in decoded] if refused else decoded
            sides = [Columns(side, bodies) for side, bodies in zip(self._sides, kept, strict=True)]
            counts, *others = sides[0].counts + sides[1].counts
            uneven = {place for other in others if other != counts for place in _differing(other, counts)}
            if not uneven:
                return self._found(sides, counts, tuple(refused))
            rest = [place for place in places if place not in refused]
            refused.update(rest[place] for place in uneven)
        return Found(Values(), Values(), tuple(refused))

    def learn(self, pairs: Iterable[Pair]) -> bool:
        """Widen the outlines by pairs that were refused; return whether more can be read now.

        The first pair of all says the most, so it is learned alone. Decoders are built anew ever more rarely, as each
        costs some tenths of a millisecond.
        """
        for pair in islice(pairs, LESSONS if self._next_build else 1):
            self._misses += 1
            if self._misses > MAX_LESSONS:
                return False
            self._has_learned |= self._widen(pair)
        if not self._has_learned or self._misses <= self._next_build:
            return False
        self._next_build, self._has_learned = self._misses + self._misses // 2, False
        return self._build()

    def _found(self, sides: Sequence[Columns], counts: Sequence[int], refused: Sequence[int]) -> Found:
        def tag(spot: tuple[int, int]) -> Sequence[Any]:
            return sides[spot[0]].at(spot[1], counts)

        segments = [_segments(name, tag(spot)) for name, spot in self._segments]
        return Found(
            sides[0].values(counts),
            sides[1].values(counts),
            refused,
            counts,
            list(zip(*segments, strict=True)),
            [] if self._id is None else [None if value is None else plain(value) for value in tag(self._id)],
        )

    def _widen(self, pair: Pair) -> bool:
        """Learn from both bodies of a pair, or from none."""
        sights: dict[Outline, Sight] = {}
        instances = None
        for outline, body in zip(self._outlines, pair, strict=True):
            if outline.is_ignored:
                continue
            try:
                sight = outline.look(_decode(body), instances)
            except REFUSED:
                return False
            if sight is None:
                return False
            sights[outline] = sight
            instances = sight.rows if outline.has_targets else None
        if not all(any(sight.has(way) for sight in sights.values()) for way in self._tags.ways):
            return False
        return sum(outline.widen(sight) for outline, sight in sights.items()) > 0

    def _build(self) -> bool:
        if any(not outline.fields for outline in self._outlines if not outline.is_ignored):
            return False
        try:
            sides = [Side(outline) for outline in self._outlines]
        except ValueError:  # a name that can be no field
            self._misses = MAX_LESSONS
            return False
        self._use(*sides)
        return True

    def _use(self, request: Side, response: Side) -> None:
        self._sides = request, response
        self.columns = request.names, response.names
        spots = {way: spot for way in self._tags.ways if (spot := self._spot(way)) is not None}
        self._segments = [(name, spots[way]) for name, way in self._tags.segments if way in spots]
        self._id = None if self._tags.id is None else spots.get(self._tags.id)

    def _spot(self, way: Any) -> tuple[int, int] | None:
        """Return the side, the request's first, and the place there of a tag."""
        for number, (outline, side) in enumerate(zip(self._outlines, self._sides, strict=True)):
            place = side.place(outline.tag(way))
            if place is not None:
                return number, place
        return None


def plain_reader(endpoint: Endpoint, exact: Callable[[str], bool]) -> Reader | None:
    """Return a reader of ``endpoint``, None where it asks for more; ``exact`` columns are never made floats."""
    if endpoint.kind != "prediction" or endpoint.score or endpoint.timestamp:
        return None
    if any("." in name for name in (*endpoint.exclude, *endpoint.include)):  # a choice that looks inside objects
        return None
    asked, answered = features_of(endpoint), predictions_of(endpoint)
    if asked is None or answered is None or not (asked or answered):
        return None
    tags = tags_of(endpoint, (way for targets in (*asked, *answered) for way in targets))
    if tags is None:
        return None
    strange = () if endpoint.preset is None else PRESETS[endpoint.preset].strange
    return Reader(
        Outline(asked, tags.ways, choice=endpoint.choice, exact=exact, strange=strange),
        # The label join remembers numbers as they were written.
        Outline(
            answered, tags.ways, choice=Choice(), exact=exact if tags.id is None else lambda _: True, strange=strange
        ),
        tags,
    )


def _segments(name: str, values: Iterable[Any]) -> list[str | None]:
    return [
        None if value is None else f"{name}={value if type(value) is str else plain(value)}"[:MAX_TEXT]
        for value in values
    ]


def _differing(one: Sequence[int], other: Sequence[int]) -> Iterable[int]:
    return (place for place, (left, right) in enumerate(zip(one, other, strict=True)) if left != right)


def _without(places: set[int], values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if place not in places]
