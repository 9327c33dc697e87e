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
def test_a_string_says_the_same_again(drawn):
    """What a string said of the registers is remembered, for all columns: its first hash is the last one."""
    for values in drawn[1]:
        for _ in range(2):
            found = Distinct()
            found.update_strings(values)
            assert registers(found) == united(map(of_string, values))


def test_more_strings_than_are_remembered_say_the_same_again():
    values = [f"user-{i}" for i in range(400_000)]
    once, again = Distinct(), Distinct()
    once.update_strings(values)
    for start in range(0, len(values), 100_000):
        again.update_strings(values[start : start + 100_000])
    assert registers(again) == registers(once) == united(map(of_string, values))


@pytest.mark.parametrize("values", [[], [0.0], [-0.0, 0.0, 5e-324], [1.0] * 900 + [2.0, 7.5], np.arange(1000.0)])
def test_sorted_numbers_say_what_they_say_in_any_order(values):
    found = Distinct()
    found.update_sorted(array(values))
    assert registers(found) == registers(numbers(values))


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
    assert registers(text) == of_string("DE")
    assert registers(numbers([1.5])) == by_hand(splitmix64(int.from_bytes(np.float64(1.5).tobytes(), "little")))


def registers(found):
    return {int(i): int(found.registers[i]) for i in np.flatnonzero(found.registers)}


def united(each):
    found = {}
    for index, rho in (item for registers in each for item in registers.items()):
        found[index] = max(rho, found.get(index, 0))
    return found


def by_hand(hashed):
    rest = hashed & (2**53 - 1)
    return {hashed >> 53: 53 - rest.bit_length() + 1}


def of_string(value):
    digest = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return by_hand(int.from_bytes(digest, "little"))


def splitmix64(bits):
    mask = 2**64 - 1
    z = (bits + 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)
