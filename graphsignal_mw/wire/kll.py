"""Structural check of serialised KLL sketches of doubles.

``datasketches`` crashes the process on malformed bytes, when it reads them or later. The layout is that of
DataSketches' ``kll_sketch_impl``: preamble, levels, minimum, maximum, items. A sketch that passes has offsets
inside its bytes, levels sorted, every item finite and between the extremes, and weights that add up to n.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats.moments import MOST

_PREAMBLE = struct.Struct("<BBBBHBB")
_SIZES = struct.Struct("<QHBB")
_FAMILY = 15
_M = 8  # smallest level of the sketch, a constant of the library
_EMPTY, _LEVEL_ZERO_SORTED, _SINGLE = 1, 2, 4
_ITEM = 8
_HEADER = _PREAMBLE.size + _SIZES.size
_MOST_LEVELS = 60
_OFFSETS = [struct.Struct(f"<{levels}I") for levels in range(_MOST_LEVELS + 1)]
_THIRDS: list[int] = [3**i for i in range(31)]
ALLOWED_K = (200, 2048)
MAX_N = MOST  # the library never returns from a merge whose sum passes 2 ** 64
_TOGETHER = 64  # sketches whose items are looked at in one pass: a bounded copy


def check(data: bytes) -> int:
    """Return how many values the sketch ``data`` has seen.

    Raises:
        WireError: when the bytes are not a well-formed sketch of k = 200 or 2048.

    """
    return check_all((data,))[0]


def check_all(sketches: Sequence[bytes]) -> list[int]:
    """Return how many values each sketch has seen. Many at a time cost a third of what they cost one by one.

    Raises:
        WireError: when the bytes of one are not a well-formed sketch of k = 200 or 2048.

    """
    seen = []
    for start in range(0, len(sketches), _TOGETHER):
        items = _Items()
        seen += [_check_head(data, items) for data in sketches[start : start + _TOGETHER]]
        items.check()
    return seen


class _Items:
    """Extremes and items of many sketches, one after the other: minimum, maximum, level 0, level 1, ..."""

    def __init__(self) -> None:
        self._bytes: list[bytes] = []
        self._lengths: list[int] = []
        self._end = 0
        # Places that may be less than the one before.
        self._free: list[int] = []
        self._free_from_to: list[slice] = []

    def add(self, data: bytes, offset: int, starts: Iterable[int], free: int) -> None:
        """Add what ``data`` holds from ``offset`` on; levels begin at ``starts``, ``free`` items need no order."""
        items = self._end + 2
        self._bytes.append(data[offset:])
        self._lengths.append((len(data) - offset) // _ITEM)
        self._free += [self._end, self._end + 1, items, *[items + start for start in starts]]
        if free:
            self._free_from_to.append(slice(items, items + free))
        self._end += self._lengths[-1]

    def check(self) -> None:
        """Raise WireError unless every item is finite, between the extremes of its sketch, and in its level's order."""
        if not self._bytes:
            return
        items = np.frombuffer(b"".join(self._bytes), "<f8")
        first = np.cumsum([0, *self._lengths[:-1]])
        low, high = items[first], items[first + 1]
        # NaN fails every comparison.
        within = (items >= np.repeat(low, self._lengths)) & (items <= np.repeat(high, self._lengths))
        ordered = np.ones(len(items) + 1, bool)
        np.greater_equal(items[1:], items[:-1], out=ordered[1:-1])
        ordered[self._free] = True
        for places in self._free_from_to:
            ordered[places] = True
        _expect(bool(within.all() and ordered.all() and np.isfinite(low).all() and np.isfinite(high).all()))


def _check_head(data: bytes, items: _Items) -> int:
    """Check all but the items of a sketch, which are added to ``items``."""
    if len(data) < _PREAMBLE.size:
        raise WireError(f"quantiles: {len(data)} bytes; expected a KLL sketch of at least {_PREAMBLE.size}")
    preamble, version, family, flags, k, m, _ = _PREAMBLE.unpack_from(data)
    known = _EMPTY | _LEVEL_ZERO_SORTED | _SINGLE
    if family != _FAMILY or k not in ALLOWED_K or m != _M or flags & ~known:
        raise WireError(
            f"quantiles: family {family}, k {k}, m {m}, flags {flags}; expected a KLL sketch of k 200 or 2048"
        )
    if flags & _EMPTY:
        _expect((preamble, version, len(data)) == (2, 1, 8) and not flags & _SINGLE)
        return 0
    if flags & _SINGLE:
        well = (preamble, version, len(data)) == (2, 2, 8 + _ITEM)
        _expect(well and math.isfinite(struct.unpack_from("<d", data, 8)[0]))
        return 1
    _expect((preamble, version) == (5, 1) and len(data) > _HEADER)
    return _check_levels(data, k, items, sorted_zero=bool(flags & _LEVEL_ZERO_SORTED))


def _check_levels(data: bytes, k: int, items: _Items, *, sorted_zero: bool) -> int:
    n, min_k, levels, _ = _SIZES.unpack_from(data, _PREAMBLE.size)
    _expect(1 <= levels <= _MOST_LEVELS and _M <= min_k <= k and 2 <= n <= MAX_N)
    start = _HEADER + 4 * levels
    _expect(len(data) >= start + 2 * _ITEM)
    offsets = _OFFSETS[levels].unpack_from(data, _HEADER)
    first, end, weight = offsets[0], _capacity(k, levels), 0
    _expect(len(data) == start + (2 + end - first) * _ITEM)
    for level in range(levels - 1, -1, -1):
        _expect(offsets[level] <= end)
        weight += (end - offsets[level]) << level
        end = offsets[level]
    _expect(weight == n)
    zero = (offsets[1] if levels > 1 else _capacity(k, levels)) - first
    items.add(data, start, [offset - first for offset in offsets[1:]], 0 if sorted_zero else zero)
    return int(n)


def _expect(well_formed: bool) -> None:
    if not well_formed:
        raise WireError("quantiles: the bytes are not a well-formed KLL sketch")


@lru_cache(maxsize=len(ALLOWED_K) * _MOST_LEVELS)
def _capacity(k: int, levels: int) -> int:
    return sum(max(_M, _level_capacity(k, levels - height - 1)) for height in range(levels))


def _level_capacity(k: int, depth: int) -> int:
    if depth <= 30:
        return _scaled(k, depth)
    half = depth // 2
    return _scaled(_scaled(k, half), depth - half)


def _scaled(k: int, depth: int) -> int:
    return (((k << 1) << depth) // _THIRDS[depth] + 1) >> 1
