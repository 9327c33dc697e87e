"""Structural check of serialised KLL sketches of doubles.

``datasketches`` crashes the process on malformed bytes, when it reads them or later. The layout is that of
DataSketches' ``kll_sketch_impl``: preamble, levels, minimum, maximum, items. A sketch that passes has offsets
inside its bytes, levels sorted, every item finite and between the extremes, and weights that add up to n.
"""

import math
import struct
from itertools import pairwise

import numpy as np

from graphsignal_mw.errors import WireError

_PREAMBLE = struct.Struct("<BBBBHBB")
_SIZES = struct.Struct("<QHBB")
_FAMILY = 15
_M = 8  # smallest level of the sketch, a constant of the library
_EMPTY, _LEVEL_ZERO_SORTED, _SINGLE = 1, 2, 4
_ITEM = 8
_HEADER = _PREAMBLE.size + _SIZES.size
_THIRDS: list[int] = [3**i for i in range(31)]
ALLOWED_K = (200, 2048)
MAX_N = 1 << 44  # the library never returns from a merge whose sum passes 2 ** 64


def check(data: bytes) -> int:
    """Return how many values the sketch ``data`` has seen.

    Raises:
        WireError: when the bytes are not a well-formed sketch of k = 200 or 2048.

    """
    if len(data) < _PREAMBLE.size:
        raise WireError(f"quantiles: {len(data)} bytes; expected a KLL sketch of at least {_PREAMBLE.size}")
    preamble, version, family, flags, k, m, _ = _PREAMBLE.unpack_from(data)
    known = _EMPTY | _LEVEL_ZERO_SORTED | _SINGLE
    if family != _FAMILY or k not in ALLOWED_K or m != _M or flags & ~known:
        raise WireError(
            f"quantiles: family {family}, k {k}, m {m}, flags {flags}; expected a KLL sketch of k 200 or 2048"
        )
    if flags & _EMPTY:
        return _expect((preamble, version, len(data)) == (2, 1, 8) and not flags & _SINGLE, 0)
    if flags & _SINGLE:
        well = (preamble, version, len(data)) == (2, 2, 8 + _ITEM)
        return _expect(well and math.isfinite(struct.unpack_from("<d", data, 8)[0]), 1)
    _expect((preamble, version) == (5, 1) and len(data) > _HEADER, 0)
    return _check_levels(data, k, sorted_zero=bool(flags & _LEVEL_ZERO_SORTED))


def _check_levels(data: bytes, k: int, *, sorted_zero: bool) -> int:
    n, min_k, levels, _ = _SIZES.unpack_from(data, _PREAMBLE.size)
    _expect(1 <= levels <= 60 and _M <= min_k <= k and 2 <= n <= MAX_N, 0)
    _expect(len(data) >= _HEADER + 4 * levels + 2 * _ITEM, 0)
    offsets = [*struct.unpack_from(f"<{levels}I", data, _HEADER), _capacity(k, levels)]
    sizes = [end - start for start, end in pairwise(offsets)]
    _expect(min(sizes) >= 0, 0)
    _expect(len(data) == _HEADER + 4 * levels + (2 + sum(sizes)) * _ITEM, 0)
    _expect(sum(size << level for level, size in enumerate(sizes)) == n, 0)
    _check_items(data, _HEADER + 4 * levels, sizes, sorted_zero=sorted_zero)
    return int(n)


def _check_items(data: bytes, offset: int, sizes: list[int], *, sorted_zero: bool) -> None:
    minimum, maximum = struct.unpack_from("<2d", data, offset)
    items = np.frombuffer(data, "<f8", offset=offset + 2 * _ITEM)
    _expect(math.isfinite(minimum) and math.isfinite(maximum), 0)
    # NaN fails both comparisons.
    _expect(bool(((items >= minimum) & (items <= maximum)).all()), 0)
    ordered = np.ones(len(items), bool)
    ordered[1:] = items[1:] >= items[:-1]
    starts = np.cumsum([0, *sizes[:-1]])
    ordered[starts[starts < len(items)]] = True
    if not sorted_zero:
        ordered[: sizes[0]] = True
    _expect(bool(ordered.all()), 0)


def _expect(well_formed: bool, n: int) -> int:
    if not well_formed:
        raise WireError("quantiles: the bytes are not a well-formed KLL sketch")
    return n


def _capacity(k: int, levels: int) -> int:
    return sum(max(_M, _level_capacity(k, levels - height - 1)) for height in range(levels))


def _level_capacity(k: int, depth: int) -> int:
    if depth <= 30:
        return _scaled(k, depth)
    half = depth // 2
    return _scaled(_scaled(k, half), depth - half)


def _scaled(k: int, depth: int) -> int:
    return (((k << 1) << depth) // _THIRDS[depth] + 1) >> 1
