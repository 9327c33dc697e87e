"""What detection remembers between evaluations: the bins that it has frozen, and what it counted in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
import numpy as np

from graphsignal_mw.detect.reference import CategoricalReference, NumericReference, Reference

Key = tuple[str, str]  # stream, column


@dataclass(frozen=True, eq=False)
class Frozen:
    """Bins of a column, None where it has none; their baseline had so many ``rows`` and went ``until`` (Unix s)."""

    reference: Reference | None
    rows: int
    until: int


class Counted(NamedTuple):
    """How many values of a window are in each of the bins of that ``identity``; it had so many ``rows`` then."""

    identity: str
    rows: int
    counts: list[int]


@dataclass
class Memory:
    """Bins by column, and counts by (start of window, column). :meth:`news` is what an evaluation has added."""

    edges: dict[Key, Frozen] = field(default_factory=dict)
    counts: dict[int, dict[Key, Counted]] = field(default_factory=dict)
    _edges: set[Key] = field(default_factory=set)
    _windows: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, edges: Mapping[Key, bytes], counts: Mapping[int, bytes]) -> "Memory":
        """Return what was kept as bytes."""
        return cls(
            {key: _unpacked(data) for key, data in edges.items()},
            {
                bucket: {(stream, name): Counted(*rest) for (stream, name), rest in _counts.decode(data)}
                for bucket, data in counts.items()
            },
        )

    def freeze(self, key: Key, frozen: Frozen) -> None:
        """Remember the bins of a column."""
        self.edges[key] = frozen
        self._edges.add(key)

    def note(self, bucket: int, key: Key, counted: Counted) -> None:
        """Remember what was counted in a window."""
        self.counts.setdefault(bucket, {})[key] = counted
        self._windows.add(bucket)

    def news(self) -> tuple[dict[Key, bytes], dict[int, bytes]]:
        """Return what to keep, as :meth:`of` takes it: bins and windows that are new or have changed."""
        edges = {key: _packed(self.edges[key]) for key in sorted(self._edges)}
        return edges, {bucket: _encode(list(self.counts[bucket].items())) for bucket in sorted(self._windows)}


class _Kept(msgspec.Struct, array_like=True):
    """Frozen bins as they are kept: those of numbers have ``edges``, those of categories ``known`` values."""

    rows: int
    until: int
    shares: list[float] = []
    edges: list[float] = []
    values: list[str] = []
    known: list[str] = []


_encode = msgspec.msgpack.Encoder().encode
_kept = msgspec.msgpack.Decoder(_Kept)
_counts = msgspec.msgpack.Decoder(list[tuple[Key, tuple[str, int, list[int]]]])


def _packed(frozen: Frozen) -> bytes:
    kept = _Kept(frozen.rows, frozen.until)
    found = frozen.reference
    if found is not None:
        kept.shares = found.shares.tolist()
    if isinstance(found, NumericReference):
        kept.edges = found.edges.tolist()
    elif isinstance(found, CategoricalReference):
        kept.values, kept.known = list(found.values), sorted(found.known)
    return _encode(kept)


def _unpacked(data: bytes) -> Frozen:
    kept = _kept.decode(data)
    shares = np.array(kept.shares)
    reference: Reference | None = None
    if kept.edges:
        reference = NumericReference.frozen(np.array(kept.edges), shares)
    elif kept.values:
        reference = CategoricalReference.frozen(tuple(kept.values), frozenset(kept.known), shares)
    return Frozen(reference, kept.rows, kept.until)
