import pytest

from graphsignal_mw.delivery import Body
from graphsignal_mw.delivery.frames import pack, unpack
from graphsignal_mw.errors import SpoolError

BODIES = [Body(7, b"seven"), Body(8, b""), Body(2**40, b"x" * 1000)]


def test_what_is_packed_comes_out_again():
    assert unpack(pack(BODIES)) == BODIES


@pytest.mark.parametrize("length", [0, 3, 9, 12, 30, len(pack(BODIES)) - 1])
def test_a_file_that_is_cut_short_is_refused(length):
    with pytest.raises(SpoolError):
        unpack(pack(BODIES)[:length])


@pytest.mark.parametrize("place", [0, 7, 20, 40, 500])
def test_a_flipped_bit_is_refused(place):
    content = bytearray(pack(BODIES))
    content[place] ^= 4
    with pytest.raises(SpoolError):
        unpack(bytes(content))
