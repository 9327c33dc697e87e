import hashlib

import numpy as np
import pytest
from hypothesis import given

from graphsignal_mw.stats import Distinct

from .strategies import array, splits, texts, thorough

STANDARD_ERROR = 0.023


def numbers(values):
    found = Distinct()
    found.update_numbers(array(values))
    return found


@pytest.mark.parametrize("n", [1, 10, 100, 1000, 5000, 20_000, 300_000])
def test_estimates_stay_within_five_standard_errors(n):
    # The hash has no seed, so this either holds or does not.
    assert numbers(np.arange(n)).estimate() == pytest.approx(n, rel=5 * STANDARD_ERROR)
    strings = Distinct()
    strings.update_strings(f"user-{i}" for i in range(min(n, 20_000)))
    assert strings.estimate() == pytest.approx(min(n, 20_000), rel=5 * STANDARD_ERROR)


def test_repeats_and_signs_of_zero_count_once():
    assert numbers([0.0, -0.0, 0.0]).estimate() == pytest.approx(1, abs=0.01)
    assert numbers([3.0] * 1000).estimate() == pytest.approx(1, abs=0.01)


@thorough
@given(splits(elements=texts))
def test_any_split_and_order_gives_the_same_registers(drawn):
    values, parts = drawn
    whole, merged = Distinct(), Distinct()
    whole.update_strings(values)
    for part in parts:
        piece = Distinct()
        piece.update_strings(part)
        merged.merge(piece)
        merged.merge(piece)
    assert (merged.registers == whole.registers).all()


def test_two_empties_are_an_empty():
    found = Distinct()
    found.merge(Distinct())
    found.update_strings([])
    found.update_numbers(np.empty(0))
    assert found.estimate() == 0
    assert not found.registers.any()


def test_estimates_of_full_registers_are_finite():
    assert np.isfinite(Distinct(np.full(2048, 53, np.uint8)).estimate())


def test_registers_are_those_of_the_format():
    """FORMAT.md: BLAKE2b of the UTF-8, or splitmix64 of the bits of the double; 11 bits of index, then zeros + 1."""
    text = Distinct()
    text.update_strings(["DE"])
    assert {int(i): int(text.registers[i]) for i in np.flatnonzero(text.registers)} == DE
    number = numbers([1.5])
    assert {int(i): int(number.registers[i]) for i in np.flatnonzero(number.registers)} == ONE_AND_A_HALF


def by_hand(hashed):
    rest = hashed & (2**53 - 1)
    return {hashed >> 53: 53 - rest.bit_length() + 1}


def splitmix64(bits):
    mask = 2**64 - 1
    z = (bits + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


DE = by_hand(int.from_bytes(hashlib.blake2b(b"DE", digest_size=8).digest(), "little"))
ONE_AND_A_HALF = by_hand(splitmix64(int.from_bytes(np.float64(1.5).tobytes(), "little")))
