"""From the bodies of requests to packed rows: one burst into the group of its window."""

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any

from msgspec import UNSET

from graphsignal_mw.agent.passed import Passed
from graphsignal_mw.mapping import Found, Reader
from graphsignal_mw.records import Prediction
from graphsignal_mw.window import Gathered, Layout, Packed


def decode(reader: Reader, passed: Passed) -> tuple[Passed, set[int]]:
    """Return those of ``passed`` whose bodies ``reader`` can decode, with these; and the places of the others."""
    refused: set[int] = set()
    asked, answered = reader.decode(passed.requests, passed.responses, refused)
    decoded = passed._replace(asked=asked, answered=answered)
    return (decoded.without(refused) if refused else decoded), refused


def read(reader: Reader, burst: Passed, group: Gathered, pause: Callable[[], None]) -> tuple[Passed, Found]:
    """Add to ``group`` what ``reader`` can read, when nothing can fail any more; return that, and what was found."""
    found = _found(reader, burst)
    added = burst.without(found.refused) if found.refused else burst
    pause()
    if added.starts:
        layouts = Layout(*reader.columns[0]), Layout(*reader.columns[1])
        packed = group.packed.get(layouts)
        if packed is None:
            packed = Packed(*layouts)
        packed.add(sum(found.counts), found.features, found.predictions, found.segments)
        group.packed[layouts] = packed
        group.durations += added.durations
        group.size += added.size
        group.counters["requests"] += len(added.starts)
    return added, found


def predictions(found: Found, names: Sequence[str]) -> Iterable[Prediction]:
    """Yield what the label join needs of each prediction; its outputs are no plain numbers where it has an id."""
    columns = found.predictions.others
    rows: Iterable[Sequence[Any]] = zip(*columns, strict=True) if columns else repeat((), len(found.ids))
    segments = found.segments or repeat(())
    for values, each, name in zip(rows, segments, found.ids, strict=False):
        outputs = {column: value for column, value in zip(names, values, strict=True) if value is not UNSET}
        chosen = tuple(segment for segment in each if segment is not None)
        yield Prediction({}, outputs, chosen, prediction_id=name)


def _found(reader: Reader, burst: Passed) -> Found:
    if burst.asked:  # nothing is learned here: others may be decoded by what is known now
        return reader.read_decoded((burst.asked, burst.answered), set())
    pairs = burst.requests, burst.responses
    found = reader.read(*pairs)
    while found.refused and reader.learn((pairs[0][place], pairs[1][place]) for place in found.refused):
        found = reader.read(*pairs)
    return found
