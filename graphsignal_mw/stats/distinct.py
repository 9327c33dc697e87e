"""Number of distinct values.

HyperLogLog registers in numpy: Flajolet et al. (2007), "HyperLogLog", with the estimator of Ertl (2017),
"New cardinality estimation algorithms for HyperLogLog sketches" (algorithm 6), which needs no bias tables.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

PRECISION = 11
REGISTERS = 1 << PRECISION
MAX_RHO = 64 - PRECISION + 1
_REST_BITS = 64 - PRECISION
_ALPHA_INFINITY = 1 / (2 * math.log(2))
_MANTISSA_BITS, _BIAS = 52, 1022  # of a double, 1022 so that the exponent of 1.0 is its bit length

# What strings said of the registers, by Python's own hash of them: to hash one anew costs ten times as much. A slot has
# the upper bits of that hash, and below them register and rho. Two strings of which all 64 bits agree are not met with.
_RHO_BITS = 6
_SLOT_BITS = PRECISION + _RHO_BITS + 1  # 2 MB, in which most of 100,000 strings find a slot of their own
_SLOT = np.uint64((1 << _SLOT_BITS) - 1)
_remembered = np.zeros(1 << _SLOT_BITS, np.uint64)


class Distinct:
    """Estimate of distinct values, standard error 1.04 / sqrt(2048) = 2.3 %."""

    __slots__ = ("registers",)

    def __init__(self, registers: NDArray[np.uint8] | None = None) -> None:
        self.registers = np.zeros(REGISTERS, np.uint8) if registers is None else registers

    def update_numbers(self, values: NDArray[np.float64]) -> None:
        """Add finite numbers, shape (n,); 1 and 1.0 are one value, and so are 0.0 and -0.0."""
        self._add(mix((values + 0.0).view(np.uint64)))

    def update_sorted(self, ordered: NDArray[np.float64]) -> None:
        """Add finite numbers in ascending order, shape (n,): where many are equal, only the first of them is hashed."""
        if not len(ordered):
            return
        is_new = np.ones(len(ordered), bool)
        np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
        is_few = np.count_nonzero(is_new) < len(ordered) // 2  # hashing a value costs less than leaving one out
        self.update_numbers(ordered[is_new] if is_few else ordered)

    def update_strings(self, values: Iterable[str]) -> None:
        """Add strings; give each only once, hashing is what costs."""
        strings = list(values)
        if not strings:
            return
        keys = np.fromiter(map(hash, strings), np.int64, len(strings)).view(np.uint64)
        slots = (keys & _SLOT).view(np.intp)
        held = _remembered[slots]
        unknown = np.flatnonzero(((held ^ keys) > _SLOT) | (held == 0))
        if len(unknown):
            index, rho = _registers_of(_digests([strings[i] for i in unknown.tolist()]))
            held[unknown] = keys[unknown] & ~_SLOT | index.view(np.uint64) << np.uint64(_RHO_BITS) | rho
            _remembered[slots[unknown]] = held[unknown]
        codes = held & _SLOT
        rhos = (codes & np.uint64((1 << _RHO_BITS) - 1)).astype(np.uint8)
        np.maximum.at(self.registers, (codes >> np.uint64(_RHO_BITS)).view(np.intp), rhos)

    def merge(self, other: "Distinct") -> None:
        """Add the values that ``other`` has seen."""
        np.maximum(self.registers, other.registers, out=self.registers)

    def estimate(self) -> float:
        """Estimated number of distinct values; 0.0 when empty."""
        counts = np.bincount(self.registers, minlength=MAX_RHO + 1)
        if counts[0] == REGISTERS:
            return 0.0
        z = REGISTERS * _tau(1 - counts[_REST_BITS + 1] / REGISTERS)
        for rho in range(_REST_BITS, 0, -1):
            z = 0.5 * (z + counts[rho])
        z += REGISTERS * _sigma(counts[0] / REGISTERS)
        return float(_ALPHA_INFINITY * REGISTERS * REGISTERS / z)

    def _add(self, hashes: NDArray[np.uint64]) -> None:
        np.maximum.at(self.registers, *_registers_of(hashes))


def update_rows(counters: Sequence[Distinct], matrix: NDArray[np.float64]) -> None:
    """Add to each of ``counters`` its row of finite numbers, shape (counters, n)."""
    index, rho = _registers_of(mix((matrix + 0.0).view(np.uint64)))
    for counter, registers, values in zip(counters, index, rho, strict=True):
        np.maximum.at(counter.registers, registers, values)


def _registers_of(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
    """Return which register each hash belongs to, and what it says there."""
    index = (hashes >> np.uint64(_REST_BITS)).view(np.intp)
    rest = hashes & np.uint64((1 << _REST_BITS) - 1)
    # _REST_BITS is 53: exact as a double, whose biased exponent is the bit length but for an offset.
    length = rest.view(np.int64).astype(np.float64).view(np.int64)
    length >>= _MANTISSA_BITS
    np.maximum(length, _BIAS, out=length)
    return index, np.subtract(_REST_BITS + 1 + _BIAS, length, out=length).astype(np.uint8)


def _digests(strings: Iterable[str]) -> NDArray[np.uint64]:
    blake2b = hashlib.blake2b
    digests = [blake2b(v.encode("utf-8", "surrogatepass"), digest_size=8).digest() for v in strings]
    return np.frombuffer(b"".join(digests), "<u8")


def mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finaliser of splitmix64 (Steele, Lea and Flood, 2014): every output bit depends on every input bit."""
    z = bits + np.uint64(0x9E3779B97F4A7C15)
    shifted = z >> np.uint64(30)  # in place from here: allocation costs as much as arithmetic
    z ^= shifted
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= np.right_shift(z, np.uint64(27), out=shifted)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= np.right_shift(z, np.uint64(31), out=shifted)
    return z


def _sigma(x: float) -> float:
    if x == 1.0:
        return math.inf
    z, y, previous = x, 1.0, -1.0
    while z != previous:
        previous, x = z, x * x
        z, y = z + x * y, 2 * y
    return z


def _tau(x: float) -> float:
    if x in {0.0, 1.0}:
        return 0.0
    z, y, previous = 1 - x, 1.0, -1.0
    while z != previous:
        x, previous, y = math.sqrt(x), z, 0.5 * y
        z -= (1 - x) ** 2 * y
    return z / 3
