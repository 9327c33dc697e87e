import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats.distinct import MAX_RHO, REGISTERS
from graphsignal_mw.wire.registers import check_all, pack, unpack

NIBBLES = b"N\x00" + bytes(1024)
BAD_NIBBLES = [
    b"N",
    NIBBLES[:-1],
    b"N\x28" + bytes(1024),
    NIBBLES + b"a",
    NIBBLES + b"\x00\x08\x01",
    NIBBLES + b"\x00\x00\x37",
]
thorough = settings(max_examples=50, deadline=None, database=None, derandomize=True)


@thorough
@given(st.dictionaries(st.integers(0, REGISTERS - 1), st.integers(1, MAX_RHO)))
def test_registers_come_back(used):
    registers = np.zeros(REGISTERS, np.uint8)
    registers[list(used)] = list(used.values())
    assert (unpack(pack(registers)) == registers).all()


@pytest.mark.parametrize(
    ("used", "rho", "rest", "size"),
    [
        (0, 0, 0, 0),
        (1, 7, 0, 4),
        (341, 7, 0, 1024),
        (342, 7, 0, 1026),
        (342, 15, 0, 1026),
        (342, 16, 0, 2049),
        (341, 16, 1, 1026),
        (341, 17, 1, 2049),
        (340, 17, 2, 1026),
        (341, MAX_RHO, 1, 2049),
        (340, MAX_RHO, 1, 1026 + 3 * 340),
        (2048, 7, 0, 1026),
        (2048, MAX_RHO, 0, 1026),
    ],
)
def test_the_shortest_form_is_chosen(used, rho, rest, size):
    registers = np.full(REGISTERS, rest, np.uint8)
    registers[:used] = rho
    assert len(pack(registers)) == size
    assert (unpack(pack(registers)) == registers).all()


@pytest.mark.parametrize("n", [30, 300, 3000, 300_000, 10**8])
def test_registers_of_any_number_of_values_come_back(n):
    """Each register is the greatest of n / 2048 geometric numbers: here as many uniform ones say it."""
    uniform = np.random.default_rng(n).uniform(size=REGISTERS)
    found = np.ceil(-np.log2(1 - uniform ** (REGISTERS / n)))
    registers = np.clip(found, 0, MAX_RHO).astype(np.uint8)
    assert (unpack(pack(registers)) == registers).all()


def test_two_registers_share_a_byte():
    registers = np.full(REGISTERS, 3, np.uint8)
    registers[[1, 1025, 0x0402]] = 5, 9, 40
    data = pack(registers)
    assert data[:5] == b"N\x03" + bytes([0x00, 0x62, 0xF0])
    assert data[5:] == bytes(1021) + b"\x02\x04\x28"


def test_the_bytes_are_little_endian():
    registers = np.zeros(REGISTERS, np.uint8)
    registers[0x102] = 9
    assert pack(registers) == b"S\x02\x01\x09"
    assert not unpack(b"S").any()


@pytest.mark.parametrize(
    "data",
    [b"X", b"Sab", b"S\x00\x08\x01", b"S\x00\x00\x37", b"D", b"D" + bytes(2049), b"D" + b"\x37" * 2048, *BAD_NIBBLES],
)
def test_what_is_not_registers_is_refused(data):
    with pytest.raises(WireError, match=r"^distinct: .*expected"):
        unpack(data)


@pytest.mark.parametrize(
    "bad", [b"X", b"Sab", b"S\x00\x08\x01", b"S\x00\x00\x37", b"D", b"D" + b"\x37" * 2048, *BAD_NIBBLES]
)
@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_that_is_not_registers_is_found_among_many(bad, place):
    good = [b"", b"S\x02\x01\x09", b"D" + b"\x36" * 2048, b"S\xff\x07\x36", b"N\x27" + b"\xff" * 1024 + b"\xff\x07\x36"]
    check_all(good)
    with pytest.raises(WireError, match=r"^distinct: .*expected"):
        check_all([*good[:place], bad, *good[place:]])
