"""From the bytes of two bodies straight to the values of columns, for endpoints whose paths are plain.

Plain paths are names only (``$``, ``$.x``, ``$.a.b``), and nothing besides features and predictions is asked for. What
is read here is what :class:`~graphsignal_mw.mapping.mapper.Mapper` would map; what looks otherwise is left to it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from graphsignal_mw.mapping.choice import Choice
from graphsignal_mw.mapping.endpoint import Endpoint
from graphsignal_mw.mapping.jsonpath import compile_path
from graphsignal_mw.mapping.outline import Outline, Way

MAX_LESSONS = 1024
_decode = msgspec.json.Decoder().decode
_REFUSED = (msgspec.DecodeError, ValueError, RecursionError)

Body = bytes | bytearray


class Names(NamedTuple):
    """The columns that one side gives.

    A number is always there; another value is any scalar of JSON, and ``msgspec.UNSET`` where there is none.
    """

    numbers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Values(NamedTuple):
    """What one side gives, row by row: the numbers one after another, and so the others."""

    numbers: Iterable[float]
    others: Iterable[Any]


class Reader:
    """Reads pairs of bodies; ``columns`` are those of features and of predictions, others once it has learned."""

    def __init__(self, request: Outline | None, response: Outline | None) -> None:
        self._outlines = (request, response)
        self._request, self._response = _Side(request), _Side(response)
        self._misses = self._next_build = 0
        self._has_learned = False
        self.columns = (self._request.names, self._response.names)

    def read(self, requests: Sequence[Body], responses: Sequence[Body]) -> tuple[Values, Values] | None:
        """Return the values of some pairs of bodies, in their order; None where one of them looks otherwise."""
        try:
            asked, answered = self._request.decode(requests), self._response.decode(responses)
        except _REFUSED:
            return None
        if len(asked) != len(requests) or len(answered) != len(responses):  # a body of several values
            return None
        return self._request.values(asked), self._response.values(answered)

    def learn(self, request: Body, response: Body) -> None:
        """Widen the outlines; decoders are built anew ever more rarely, as each costs about a millisecond."""
        self._misses += 1
        if self._misses > MAX_LESSONS:
            return
        for outline, body in zip(self._outlines, (request, response), strict=True):
            if outline is not None:
                try:
                    self._has_learned |= outline.learn(_decode(body))
                except _REFUSED:
                    return
        if self._has_learned and self._misses > self._next_build:
            self._next_build, self._has_learned = self._misses + self._misses // 2, False
            self._build()

    def _build(self) -> None:
        if any(outline is not None and not outline.fields for outline in self._outlines):
            return
        try:
            self._request, self._response = map(_Side, self._outlines)
        except ValueError:  # a name that can be no field
            self._misses = MAX_LESSONS
            return
        self.columns = (self._request.names, self._response.names)


class _Side:
    """The decoder of bodies on one side, and what takes the values out of them.

    Without an outline nothing is looked at; with one that has learned nothing yet, everything is refused.
    """

    def __init__(self, outline: Outline | None) -> None:
        self._decode: Callable[[bytes], list[Any]] | None = None
        self._is_ignored = outline is None
        self.names = Names()
        numbers: dict[str, str] = {}
        others: dict[str, str] = {}
        if outline is not None and outline.fields:
            body, attributes = outline.body_type()
            self._decode = msgspec.json.Decoder(list[body]).decode  # type: ignore[valid-type]
            for way, kind in outline.fields.items():
                column = outline.column(way)
                if column is not None:
                    (numbers if kind == "number" else others)[attributes[way]] = column
            self.names = Names(tuple(numbers.values()), tuple(others.values()))
        self._numbers, self._others = _getter(numbers), _getter(others)

    def decode(self, bodies: Sequence[Body]) -> Sequence[Any]:
        """Decode all at once: one call a body would cost more than what it does."""
        if self._is_ignored:
            return bodies
        if self._decode is None:
            raise msgspec.DecodeError
        return self._decode(b"[%b]" % b",".join(bodies))

    def values(self, decoded: Sequence[Any]) -> Values:
        """Return the values of decoded bodies."""
        return Values(self._numbers(decoded), self._others(decoded))


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


def _getter(attributes: Iterable[str]) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """Return what takes the values of ``attributes`` out of objects, one after another."""
    names = tuple(attributes)
    if not names:
        return lambda _: ()
    get = attrgetter(*names)
    if len(names) == 1:
        return lambda found: map(get, found)
    return lambda found: chain.from_iterable(map(get, found))
