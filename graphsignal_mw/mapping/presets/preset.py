"""What a preset is: how one protocol writes instances and outputs into its bodies."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphsignal_mw.mapping.body import parse
from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.records import BodyState, Headers

Features = Callable[[Any, Sequence[str], Counter[str]], list[Row] | None]
Outputs = Callable[[Any, int | None, Counter[str]], list[Row] | None]
Version = Callable[[Any], str | None]
Read = Callable[[bytes | bytearray, BodyState, Headers], Any]


def _nameless(_body: Any) -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One protocol. Nothing of it raises anything but UnparsedError, whatever the bodies are.

    ``features(body, names, counters)`` returns the instances in a parsed request, None where it is not of the protocol;
    ``names`` name the items of lists. ``outputs(body, instances, counters)`` returns the outputs of each instance in a
    parsed response; ``instances`` is their number, None if not known. Both count what does not fit in ``counters``.
    ``version(body)`` returns the version of the model that a response names. ``read(body, state, headers)`` parses what
    was captured, and looks at ``headers`` (lower case). ``lines``: bodies may be JSON Lines.

    ``asked`` and ``answered`` are paths to batches as most bodies have them, of which a Reader can take care: it leaves
    alone what has more than one of these, or a ``strange`` name at its root. An object of lists is meant where a path
    is singular, else a list with an object, a list or a single value for each instance.
    """

    features: Features
    outputs: Outputs
    version: Version = _nameless
    read: Read = parse
    headers: tuple[str, ...] = ()
    lines: bool = False
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
