"""The test vector of FORMAT.md: a description in JSON (binary fields in base64), and the bytes it stands for."""

import gzip
from pathlib import Path

import msgspec
import pytest

from graphsignal_mw.wire import Envelope, decode, encode, part_to_stats

VECTORS = Path(__file__).parent / "vectors"


@pytest.fixture
def described():
    return msgspec.json.decode((VECTORS / "delta.json").read_bytes(), type=Envelope)


@pytest.fixture
def binary():
    return (VECTORS / "delta.bin").read_bytes()


def test_the_bytes_say_what_the_description_says(described, binary):
    assert decode(binary, "identity") == described


def test_the_description_is_encoded_to_the_bytes(described, binary):
    assert gzip.decompress(encode(described)) == binary


def test_the_statistics_are_those_of_the_values(binary):
    """The values are listed in vectors/README.md."""
    stats = part_to_stats(decode(binary, "identity").parts[0])
    amount = stats.features.columns["amount"]
    assert (amount.count, amount.missing, amount.zeros, amount.moments.n) == (6, 1, 1, 5)
    assert (amount.moments.mean, amount.moments.m2) == pytest.approx((4.5, 183.0))
    assert amount.quantiles.quantiles([0, 0.5, 1]).tolist() == [-3, 4, 14.5]
    country = stats.features.columns["country"]
    assert (country.frequent.counts, country.frequent.total, country.empties) == ({"DE": 5}, 5, 1)
    assert country.distinct.estimate() == pytest.approx(1, abs=0.01)
    assert stats.performance[""].metrics()["f1"] == 0.8
    assert stats.latency.moments.mean == pytest.approx(0.02)
