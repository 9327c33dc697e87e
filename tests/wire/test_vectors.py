"""The test vector of FORMAT.md: an upload in JSON and in MessagePack, and what a collector makes of it."""

import gzip
import json
import struct
import time
from base64 import b64encode
from hashlib import blake2b
from pathlib import Path

import msgspec
import pytest
from fuzz.uploads import JSON_TYPE, Wire

from graphsignal_mw.stats import Profile
from graphsignal_mw.stats.facets import TEXT_FACETS
from graphsignal_mw.stats.text_facets import text_facets
from graphsignal_mw.wire import CONTENT_TYPE, Envelope, decode, encode, part_to_stats

VECTORS = Path(__file__).parent / "vectors"


@pytest.fixture
def described():
    return msgspec.json.decode((VECTORS / "delta.json").read_bytes(), type=Envelope)


@pytest.fixture
def binary():
    return (VECTORS / "delta.bin").read_bytes()


@pytest.fixture
def wire(tmp_path):
    made = Wire(tmp_path / "data")
    yield made
    made.close()


def listed(expected, found):
    """``found`` reduced to what ``expected`` lists."""
    if isinstance(expected, dict):
        return {key: listed(value, found[key]) for key, value in expected.items()}
    if isinstance(expected, list):
        assert len(expected) == len(found)
        return [listed(*pair) for pair in zip(expected, found, strict=True)]
    return pytest.approx(found) if isinstance(expected, float) else found


def test_the_bytes_say_what_the_description_says(described, binary):
    assert decode(binary, "identity") == described
    assert bytes.fromhex((VECTORS / "delta.hex").read_text()) == binary


def test_the_description_is_encoded_to_the_bytes(described, binary):
    assert gzip.decompress(encode(described)) == binary


@pytest.mark.parametrize(
    ("file", "media_type", "encoding"),
    [
        ("delta.json", JSON_TYPE, "identity"),
        ("delta.json", JSON_TYPE, "gzip"),
        ("delta.bin", CONTENT_TYPE, "identity"),
        ("delta.bin", CONTENT_TYPE, "gzip"),
    ],
)
def test_a_collector_makes_of_an_upload_what_the_vector_says(wire, file, media_type, encoding):
    body = (VECTORS / file).read_bytes()
    body = gzip.compress(body) if encoding == "gzip" else body
    for duplicate in (False, True):
        status, _, answer = wire.send(body, media_type=media_type, encoding=encoding)
        assert (status, json.loads(answer)) == (200, {"accepted": True, "duplicate": duplicate})
    wire.store.compact()
    for address, expected in json.loads((VECTORS / "stored.json").read_text()).items():
        found = json.loads(wire.call("GET", f"{address}?from=0")[2])
        assert listed(expected, found) == expected, address


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


def sketch_by_hand(values):
    """A KLL sketch of 2 to 200 values, after the table of FORMAT.md: one level, as they came."""
    head = struct.pack("<BBBBHBB", 5, 1, 15, 0, 200, 8, 0) + struct.pack("<QHBB", len(values), 200, 1, 0)
    return head + struct.pack(f"<I{len(values) + 2}d", 200 - len(values), min(values), max(values), *values)


def registers_by_hand(strings):
    """Registers of strings, after FORMAT.md."""
    pairs = b""
    for text in strings:
        bits = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
        rho = 1 + 53 - (bits & (1 << 53) - 1).bit_length()
        pairs += struct.pack("<HB", bits >> 53, rho)
    return b"S" + pairs


def test_an_upload_written_by_hand_after_the_format_is_understood(wire):
    """With nothing of ours, as it would be written in another language."""
    now = time.time()
    values = [float(v) for v in range(100)]
    moments = [100, 49.5, 83_325.0, 0, 99]
    number = {"count": 100, "types": {"integer": 100}}
    number["values"] = {"n": 100, "moments": moments, "quantiles": b64encode(sketch_by_hand(values)).decode()}
    text = {"count": 100, "types": {"string": 100}}
    text["values"] = {"n": 100, "frequent": [["a", 70], ["b", 30]], "frequent_total": 100, "lengths": [100, 1, 0, 1, 1]}
    text["values"]["distinct"] = b64encode(registers_by_hand(["a", "b"])).decode()
    part = {"deployment": "elsewhere", "bucket": int(now) // 60 * 60, "counters": {"requests": 100}}
    part["features"] = {"rows": 100, "columns": {"n": number, "s": text}}
    envelope = {"schema_v": 1, "boot_id": "by-hand-1", "seq": 0, "sent_at": now, "window_seconds": 60, "parts": [part]}
    status, _, answer = wire.send(json.dumps(envelope).encode(), media_type=JSON_TYPE, encoding="identity")
    assert status == 200, answer
    wire.store.compact()
    n, s = json.loads(wire.call("GET", "/api/v1/deployments/elsewhere/columns")[2])
    assert (n["mean"], n["min"], n["max"], n["quantiles"]["p50"]) == (49.5, 0, 99, pytest.approx(50, abs=1))
    assert n["std"] == pytest.approx(28.87, abs=0.01)
    assert [(each["value"], each["count"]) for each in s["frequent"]] == [("a", 70), ("b", 30)]
    assert s["distinct"] == 2


FACETS = json.loads((VECTORS / "facets.json").read_text())


@pytest.mark.parametrize("entry", FACETS["texts"], ids=lambda entry: repr(entry["value"]))
def test_the_facets_of_a_text_are_those_of_the_vector(entry):
    assert dict(zip(TEXT_FACETS, text_facets([entry["value"]])[:, 0], strict=True)) == pytest.approx(entry["facets"])


@pytest.mark.parametrize("entry", FACETS["lists"], ids=lambda entry: str(entry["value"]))
def test_the_facets_of_a_list_are_those_of_the_vector(entry):
    profile = Profile()
    profile.update({"x": [entry["value"]]})
    found = {name[3:]: column.moments.mean for name, column in profile.columns.items() if column.moments.n}
    assert found == pytest.approx(entry["facets"])
