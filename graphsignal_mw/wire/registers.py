"""HyperLogLog registers as bytes: few of them as pairs, many of them as they are."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats.distinct import MAX_RHO, REGISTERS

_SPARSE, _DENSE = b"S", b"D"
_PAIR = np.dtype([("index", "<u2"), ("rho", "u1")])


def pack(registers: NDArray[np.uint8]) -> bytes:
    """Return the bytes of ``registers``, shape (REGISTERS,); none when all are zero."""
    used = np.flatnonzero(registers)
    if not len(used):
        return b""
    if len(used) * _PAIR.itemsize >= REGISTERS:
        return _DENSE + registers.tobytes()
    pairs = np.empty(len(used), _PAIR)
    pairs["index"], pairs["rho"] = used, registers[used]
    return _SPARSE + pairs.tobytes()


def unpack(data: bytes) -> NDArray[np.uint8]:
    """Return the registers, shape (REGISTERS,).

    Raises:
        WireError: when the bytes are not registers.

    """
    check_all((data,))
    return unpack_checked(data)


def unpack_checked(data: bytes) -> NDArray[np.uint8]:
    """Return the registers of what :func:`check_all` has seen."""
    if data[:1] == _DENSE:
        return np.frombuffer(data, np.uint8, offset=1).copy()
    registers = np.zeros(REGISTERS, np.uint8)
    pairs = np.frombuffer(data[1:], _PAIR)
    registers[pairs["index"]] = pairs["rho"]
    return registers


def check_all(found: Iterable[bytes]) -> None:
    """Check registers, those of many columns in one pass.

    Raises:
        WireError: when the bytes of one are not registers.

    """
    sparse, dense = [], []
    for data in found:
        kind, rest = data[:1], data[1:]
        if kind == _SPARSE and len(rest) % _PAIR.itemsize == 0:
            sparse.append(rest)
        elif kind == _DENSE and len(rest) == REGISTERS:
            dense.append(rest)
        elif data:
            raise WireError(f"distinct: {len(data)} bytes; expected sparse or dense registers")
    pairs = np.frombuffer(b"".join(sparse), _PAIR)
    _at_most("register", pairs["index"], REGISTERS - 1)
    _at_most("rho", pairs["rho"], MAX_RHO)
    _at_most("rho", np.frombuffer(b"".join(dense), np.uint8), MAX_RHO)


def _at_most(what: str, values: NDArray[Any], most: int) -> None:
    if len(values) and (greatest := values.max()) > most:
        raise WireError(f"distinct: a {what} of {greatest}; expected at most {most}")
