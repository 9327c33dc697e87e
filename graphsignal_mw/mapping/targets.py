"""What an endpoint wants of the bodies on one side, as ways: for endpoints whose paths are names and ``[*]``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from graphsignal_mw.mapping.endpoint import Endpoint
from graphsignal_mw.mapping.jsonpath import Step, compile_path
from graphsignal_mw.mapping.presets import PRESETS

Way = tuple[Step, ...]
"""Names from the root; ``EACH`` stands for every item of a list, a number for its place in a list of values."""

FEATURE, PREDICTION = "feature", "prediction"


@dataclass(frozen=True, slots=True)
class Target:
    """What a way leads to: instances, or where it is not ``is_row`` values of one column.

    ``column`` names a value that is no object, and with its place the items of a list, unless ``names`` name them; with
    ``spreads``, as presets have it, the only item of a list is such a value too. A ``singular`` one may be a batch.
    """

    column: str
    singular: bool = True
    is_row: bool = True
    names: tuple[str, ...] = ()
    spreads: bool = False

    def item(self, place: int, *, alone: bool) -> str:
        """Return the name of the item at ``place`` of a list."""
        if self.names:
            return self.names[place]
        return self.column if alone and self.spreads else f"{self.column}_{place}"

    @property
    def value(self) -> str:
        """The name of a value that is neither an object nor a list."""
        return self.names[0] if self.is_row and len(self.names) == 1 else self.column


Targets = Mapping[Way, Target]


def features_of(endpoint: Endpoint) -> list[Targets] | None:
    """Return alternatives of what features may look like; None where they are more than names and ``[*]``."""
    if endpoint.features is None and endpoint.preset is None:
        return []
    paths = (endpoint.features,) if endpoint.features is not None else PRESETS[str(endpoint.preset)].asked
    return _alternatives(paths, FEATURE, endpoint.feature_names, spreads=endpoint.features is None)


def predictions_of(endpoint: Endpoint) -> list[Targets] | None:
    """Return alternatives of what predictions may look like; None where they are more than names and ``[*]``."""
    paths = endpoint.predictions
    if isinstance(paths, Mapping):
        compiled = {column: compile_path(text) for column, text in paths.items()}
        targets = {
            path.steps: Target(column, path.singular, is_row=False)
            for column, path in compiled.items()
            if path.steps is not None
        }
        is_plain = 0 < len(targets) == len(paths) and not any(leads_into(way, targets) for way in targets)
        return [targets] if is_plain else None if paths else []
    if paths is None and endpoint.preset is None:
        return []
    given = (paths,) if paths is not None else PRESETS[str(endpoint.preset)].answered
    return _alternatives(given, PREDICTION, (), spreads=paths is None)


def _alternatives(paths: Iterable[str], column: str, names: tuple[str, ...], *, spreads: bool) -> list[Targets] | None:
    compiled = [compile_path(text) for text in paths]
    found: list[Targets] = [
        {path.steps: Target(column, path.singular, True, names, spreads)} for path in compiled if path.steps is not None
    ]
    return found if found and len(found) == len(compiled) else None


def leads_into(way: Way, others: Iterable[Way]) -> bool:
    """Return whether one of ``others`` goes on where ``way`` ends."""
    return any(other != way and other[: len(way)] == way for other in others)


class Tags(NamedTuple):
    """Ways to single values beside features and predictions: segments by name, and the id."""

    segments: tuple[tuple[str, Way], ...]
    id: Way | None
    ways: Mapping[Way, bool]
    """All of them, each with whether its path is singular."""


def tags_of(endpoint: Endpoint, targets: Iterable[Way]) -> Tags | None:
    """Return the tags of ``endpoint``; None where they are more than names and ``[*]``, or lead into ``targets``."""
    paths = [compile_path(text) for text in endpoint.segments]
    own = [] if endpoint.prediction_id is None else [compile_path(endpoint.prediction_id)]
    ways = {path.steps: path.singular for path in (*paths, *own) if path.steps}
    if not all(path.steps for path in (*paths, *own)) or any(leads_into(way, (*targets, *ways)) for way in ways):
        return None
    segments = tuple((path.name or path.text, path.steps) for path in paths if path.steps)
    return Tags(segments, own[0].steps if own else None, ways)
