"""HyperLogLog registers as bytes: few of them as pairs, many of them as they are."""

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
    registers = np.zeros(REGISTERS, np.uint8)
    kind, rest = data[:1], data[1:]
    if kind == _DENSE and len(rest) == REGISTERS:
        registers[:] = np.frombuffer(rest, np.uint8)
    elif kind == _SPARSE and len(rest) % _PAIR.itemsize == 0:
        pairs = np.frombuffer(rest, _PAIR)
        if len(pairs) and pairs["index"].max() >= REGISTERS:
            raise WireError(f"distinct: register {pairs['index'].max()}; expected less than {REGISTERS}")
        registers[pairs["index"]] = pairs["rho"]
    elif data:
        raise WireError(f"distinct: {len(data)} bytes; expected sparse or dense registers")
    if registers.max() > MAX_RHO:
        raise WireError(f"distinct: a register of {registers.max()}; expected at most {MAX_RHO}")
    return registers
