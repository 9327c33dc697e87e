"""HyperLogLog registers as bytes: few of them as triples, many of them in four bits each, or as they are."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats.distinct import MAX_RHO, REGISTERS

_SPARSE, _NIBBLES, _DENSE = b"S", b"N", b"D"
_TRIPLE = np.dtype([("index", "<u2"), ("rho", "u1")])
_HALF = REGISTERS // 2
_NIBBLE = 15  # the most that four bits hold
_MOST_LESS = MAX_RHO - _NIBBLE  # what all nibbles may be more than


def pack(registers: NDArray[np.uint8]) -> bytes:
    """Return the bytes of ``registers``, shape (REGISTERS,), in the shortest form; none when all are zero."""
    used = np.count_nonzero(registers)
    if not used:
        return b""
    if used * _TRIPLE.itemsize <= _HALF:
        return _SPARSE + _triples(registers, registers != 0)
    less = min(int(registers.min()), _MOST_LESS) if used == REGISTERS else 0
    above = registers - np.uint8(less)
    beyond = above > _NIBBLE
    if np.count_nonzero(beyond) * _TRIPLE.itemsize >= _HALF:
        return _DENSE + registers.tobytes()
    np.minimum(above, _NIBBLE, out=above)
    nibbles = above[:_HALF] | above[_HALF:] << 4
    return _NIBBLES + bytes((less,)) + nibbles.tobytes() + _triples(registers, beyond)


def _triples(registers: NDArray[np.uint8], which: NDArray[np.bool_]) -> bytes:
    index = np.flatnonzero(which)
    triples = np.empty(len(index), _TRIPLE)
    triples["index"], triples["rho"] = index, registers[index]
    return triples.tobytes()


def unpack(data: bytes) -> NDArray[np.uint8]:
    """Return the registers, shape (REGISTERS,).

    Raises:
        WireError: when the bytes are not registers.

    """
    check_all((data,))
    return unpack_checked(data)


def unpack_checked(data: bytes) -> NDArray[np.uint8]:
    """Return the registers of what :func:`check_all` has seen."""
    kind = data[:1]
    if kind == _DENSE:
        return np.frombuffer(data, np.uint8, offset=1).copy()
    registers, triples = np.zeros(REGISTERS, np.uint8), data[1:]
    if kind == _NIBBLES:
        nibbles, triples = np.frombuffer(data, np.uint8, _HALF, offset=2), data[2 + _HALF :]
        np.bitwise_and(nibbles, _NIBBLE, out=registers[:_HALF])
        np.right_shift(nibbles, 4, out=registers[_HALF:])
        registers += np.uint8(data[1])
    found = np.frombuffer(triples, _TRIPLE)
    registers[found["index"]] = found["rho"]
    return registers


def check_all(found: Iterable[bytes]) -> None:
    """Check registers, those of many columns in one pass.

    Raises:
        WireError: when the bytes of one are not registers.

    """
    triples, dense = [], []
    for data in found:
        kind, rest = data[:1], data[1:]
        if kind == _NIBBLES and len(rest) > _HALF:
            _at_most("register", rest[0], _MOST_LESS)
            kind, rest = _SPARSE, rest[1 + _HALF :]
        if kind == _SPARSE and len(rest) % _TRIPLE.itemsize == 0:
            triples.append(rest)
        elif kind == _DENSE and len(rest) == REGISTERS:
            dense.append(rest)
        elif data:
            raise WireError(f"distinct: {len(data)} bytes; expected registers in one of their forms")
    listed = np.frombuffer(b"".join(triples), _TRIPLE)
    _at_most("place", listed["index"].max(initial=0), REGISTERS - 1)
    _at_most("rho", listed["rho"].max(initial=0), MAX_RHO)
    _at_most("rho", np.frombuffer(b"".join(dense), np.uint8).max(initial=0), MAX_RHO)


def _at_most(what: str, value: Any, most: int) -> None:
    if value > most:
        raise WireError(f"distinct: a {what} of {value}; expected at most {most}")
