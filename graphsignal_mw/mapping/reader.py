"""From the bytes of two bodies straight to the values of columns, for endpoints whose paths are plain.

Plain paths are names only (``$``, ``$.x``, ``$.a.b``), and nothing besides features and predictions is asked for. What
is read here is what :class:`~graphsignal_mw.mapping.mapper.Mapper` would map; what looks otherwise is left to it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from graphsignal_mw.mapping.choice import Choice
from graphsignal_mw.mapping.endpoint import Endpoint
from graphsignal_mw.mapping.jsonpath import compile_path
from graphsignal_mw.mapping.outline import Body, Outline, Way

MAX_LESSONS = 1024
_decode = msgspec.json.Decoder().decode
_REFUSED = (msgspec.DecodeError, ValueError, RecursionError)

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


class Found(NamedTuple):
    """The values of pairs of bodies, without those ``refused``: the places of pairs that look otherwise."""

    features: Values
    predictions: Values
    refused: Sequence[int]


class Reader:
    """Reads pairs of bodies; ``columns`` are those of features and of predictions, others once it has learned."""

    def __init__(self, request: Outline | None, response: Outline | None) -> None:
        self._outlines = (request, response)
        self._request, self._response = _Side(request), _Side(response)
        self._misses = self._next_build = 0
        self._has_learned = False
        self.columns = (self._request.names, self._response.names)

    def read(self, requests: Sequence[Content], responses: Sequence[Content]) -> Found:
        """Return the values of some pairs of bodies, in their order. Each body is decoded by itself."""
        refused: set[int] = set()
        asked, answered = self._request.decode(requests, refused), self._response.decode(responses, refused)
        if len(refused) == len(requests):
            return Found(Values(), Values(), tuple(refused))
        if refused:
            asked, answered = _without(refused, asked), _without(refused, answered)
        return Found(self._request.values(asked), self._response.values(answered), tuple(refused))

    def learn(self, pairs: Iterable[tuple[Content, Content]]) -> bool:
        """Widen the outlines by pairs that were refused; return whether more can be read now.

        The first pair of all says the most, so it is learned alone. Decoders are built anew ever more rarely, as each
        costs some tenths of a millisecond.
        """
        for pair in pairs if self._next_build else islice(pairs, 1):
            self._misses += 1
            if self._misses > MAX_LESSONS:
                return False
            self._has_learned |= self._widen(pair)
        if not self._has_learned or self._misses <= self._next_build:
            return False
        self._next_build, self._has_learned = self._misses + self._misses // 2, False
        return self._build()

    def _widen(self, pair: tuple[Content, Content]) -> bool:
        has_learned = False
        for outline, body in zip(self._outlines, pair, strict=True):
            if outline is not None:
                try:
                    has_learned |= outline.learn(_decode(body))
                except _REFUSED:
                    break
        return has_learned

    def _build(self) -> bool:
        if any(outline is not None and not outline.fields for outline in self._outlines):
            return False
        try:
            self._request, self._response = map(_Side, self._outlines)
        except ValueError:  # a name that can be no field
            self._misses = MAX_LESSONS
            return False
        self.columns = (self._request.names, self._response.names)
        return True


class _Side:
    """The decoder of bodies on one side, and what takes the values out of them.

    Without an outline nothing is looked at; with one that has learned nothing yet, everything is refused.
    """

    def __init__(self, outline: Outline | None) -> None:
        self._is_ignored = outline is None
        self._body: Body | None = None
        self._numbers: dict[int, str] = {}  # columns by their place among all of a body
        self._others: dict[int, str] = {}
        if outline is not None and outline.fields:
            self._body = outline.body()
            self._decode: Callable[[Content], Any] = msgspec.json.Decoder(self._body.type).decode
            for place, way in enumerate(self._body.ways()):
                column = outline.column(way)
                if column is not None:
                    (self._numbers if outline.fields[way] == "number" else self._others)[place] = column
        self.names = Names(tuple(self._numbers.values()), tuple(self._others.values()))

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
            except _REFUSED:
                refused.add(len(found))
                found.append(None)
        return found

    def values(self, decoded: Sequence[Any]) -> Values:
        """Return the values of decoded bodies, of which there is at least one."""
        if self._body is None:
            return Values()
        columns = list(self._body.columns(decoded))
        return Values([columns[place] for place in self._numbers], [columns[place] for place in self._others])


def plain_reader(endpoint: Endpoint, exact: Callable[[str], bool]) -> Reader | None:
    """Return a reader of ``endpoint``, None where it asks for more; ``exact`` columns are never made floats."""
    more = (endpoint.score, endpoint.timestamp, endpoint.prediction_id, endpoint.preset)
    if endpoint.kind != "prediction" or any(more) or endpoint.segments or endpoint.feature_names:
        return None
    if any("." in name for name in (*endpoint.exclude, *endpoint.include)):  # a choice that looks inside objects
        return None
    features = {} if endpoint.features is None else {"feature": endpoint.features}
    named = isinstance(endpoint.predictions, Mapping)
    outputs = endpoint.predictions if isinstance(endpoint.predictions, Mapping) else {}
    if isinstance(endpoint.predictions, str):
        outputs = {"prediction": endpoint.predictions}
    asked, answered = _targets(features), _targets(outputs)
    if asked is None or answered is None or not (asked or answered):
        return None
    return Reader(
        Outline(asked, rows=True, choice=endpoint.choice, exact=exact) if asked else None,
        Outline(answered, rows=not named, choice=Choice(), exact=exact) if answered else None,
    )


def _targets(paths: Mapping[str, str]) -> dict[Way, str] | None:
    """Return the ways of ``paths``, each with its column; None where one is more than names, or leads into another."""
    compiled = {column: compile_path(text).names for column, text in paths.items()}
    targets = {names: column for column, names in compiled.items() if names is not None}
    nested = any(one != other and other[: len(one)] == one for one in targets for other in targets)
    return None if len(targets) < len(paths) or nested else targets


def _without(places: set[int], values: Sequence[Any]) -> list[Any]:
    return [value for place, value in enumerate(values) if place not in places]
