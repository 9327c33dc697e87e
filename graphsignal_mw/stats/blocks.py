"""Blocks of sorted numbers as KLL sketches: every 2^h-th number, at the weight 2^h.

Where KLL forgets, it sorts a buffer and keeps every second item, beginning with the first or the second by a coin. To
keep every 2^h-th, beginning anywhere below 2^h, is h such steps of a buffer that is much longer, and so errs much less.
"""

import struct
from functools import lru_cache
from random import SystemRandom

import datasketches
import numpy as np
from numpy.typing import NDArray

_PREAMBLE = struct.Struct("<BBBBHBBQHBB")  # see "KLL sketch" in wire/FORMAT.md
_FAMILY, _M = 15, 8
_CHANCE = SystemRandom()  # the sequence of the global generator is the user's own, and a fork would repeat it


def height_of(n: int, k: int) -> int:
    """Return how many steps leave at least ``k`` of ``n`` numbers, and a power of two that is not much more."""
    return max(0, (n // _least(k)).bit_length() - 1)


def block_of(ordered: NDArray[np.float64], height: int, k: int) -> datasketches.kll_doubles_sketch:
    """Return ascending numbers, shape (n,) with n a multiple of 2^height, as a sketch that one of ``k`` can merge."""
    items = ordered[_CHANCE.getrandbits(height) :: 1 << height]
    extremes = ordered[[0, -1]]
    return datasketches.kll_doubles_sketch.deserialize(
        _header(len(items), height, k) + extremes.tobytes() + items.tobytes()
    )


@lru_cache(64)
def _header(items: int, height: int, k: int) -> bytes:
    """Return preamble and levels of a sketch with all its items in the topmost one."""
    room = 2 * _least(k)  # for all of them in that level: its k, which does not become that of the other
    offset = sum(max(_M, _capacity(room, depth)) for depth in range(height + 1)) - items
    sizes = items << height, room, height + 1, 0
    return _PREAMBLE.pack(5, 1, _FAMILY, 0, room, _M, 0, *sizes) + struct.pack("<I", offset) * (height + 1)


def _least(k: int) -> int:
    """Return the power of two that is ``k`` or above."""
    return 1 << (k - 1).bit_length()


def _capacity(k: int, depth: int) -> int:
    """Return how many items the level ``depth`` below the topmost has room for."""
    thirds: int = 3**depth
    return (((k << 1) << depth) // thirds + 1) >> 1
