import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats.distinct import MAX_RHO, REGISTERS
from graphsignal_mw.wire.registers import check_all, pack, unpack

thorough = settings(max_examples=50, deadline=None, database=None, derandomize=True)


@thorough
@given(st.dictionaries(st.integers(0, REGISTERS - 1), st.integers(1, MAX_RHO)))
def test_registers_come_back(used):
    registers = np.zeros(REGISTERS, np.uint8)
    registers[list(used)] = list(used.values())
    assert (unpack(pack(registers)) == registers).all()


@pytest.mark.parametrize(("used", "size"), [(0, 0), (1, 4), (682, 2047), (683, 2049), (2048, 2049)])
def test_the_shorter_form_is_chosen(used, size):
    registers = np.zeros(REGISTERS, np.uint8)
    registers[:used] = 7
    assert len(pack(registers)) == size
    assert (unpack(pack(registers)) == registers).all()


def test_the_bytes_are_little_endian():
    registers = np.zeros(REGISTERS, np.uint8)
    registers[0x102] = 9
    assert pack(registers) == b"S\x02\x01\x09"
    assert not unpack(b"S").any()


@pytest.mark.parametrize(
    "data", [b"X", b"Sab", b"S\x00\x08\x01", b"S\x00\x00\x37", b"D", b"D" + bytes(2049), b"D" + b"\x37" * 2048]
)
def test_what_is_not_registers_is_refused(data):
    with pytest.raises(WireError, match=r"^distinct: .*expected"):
        unpack(data)


@pytest.mark.parametrize("bad", [b"X", b"Sab", b"S\x00\x08\x01", b"S\x00\x00\x37", b"D", b"D" + b"\x37" * 2048])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_that_is_not_registers_is_found_among_many(bad, place):
    good = [b"", b"S\x02\x01\x09", b"D" + b"\x36" * 2048, b"S\xff\x07\x36"]
    check_all(good)
    with pytest.raises(WireError, match=r"^distinct: .*expected"):
        check_all([*good[:place], bad, *good[place:]])
