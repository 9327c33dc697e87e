import gzip
import math
import tracemalloc
import zlib

import msgspec
import pytest

from graphsignal_mw.errors import WireError
from graphsignal_mw.wire import JSON_TYPES, MAX_COMPRESSED, MAX_INFLATED, decode, encode, pack_part, unpack_part
from graphsignal_mw.wire.schema import is_known_version

from .sample import envelope, window

ALL = "(all)"  # stands for the empty name in a path


def plain():
    """The upload as a mapping."""
    return msgspec.msgpack.decode(gzip.decompress(encode(envelope(window()))))


def changed(path, value):
    """The upload with ``value`` at ``path``."""
    found = target = plain()
    *keys, last = path.split("/")
    for key in keys:
        target = target[int(key) if key.isdigit() else key.replace(ALL, "")]
    assert last in target
    target[last] = value
    return found


def packed(found):
    return msgspec.msgpack.encode(found)


def refused(body, encoding="identity"):
    with pytest.raises(WireError) as caught:
        decode(body, encoding)
    return caught.value


@pytest.mark.parametrize("parts", [0, 1, 3])
def test_an_upload_comes_back_as_it_was(parts):
    sent = envelope(*(window() for _ in range(parts)))
    assert decode(encode(sent)) == sent
    assert decode(gzip.decompress(encode(sent)), "identity") == sent
    assert [unpack_part(pack_part(part)) for part in sent.parts] == sent.parts


def test_a_part_is_read_from_the_upload_that_carried_it():
    """A store may keep what came as it came."""
    sent = envelope(window())
    assert [unpack_part(encode(sent))] == [unpack_part(gzip.compress(packed(plain())))] == sent.parts


@pytest.mark.parametrize("media_type", JSON_TYPES)
def test_json_says_the_same_as_msgpack(media_type):
    sent = envelope(window())
    body = msgspec.json.encode(sent)
    assert decode(body, "identity", media_type=media_type) == sent
    assert decode(gzip.compress(body), media_type=media_type) == sent
    assert refused(body).status == 422


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"boot-0001"', b'"\\ud800-0001"'),
        (b'"fraud"', b'"\\ud800"'),
        (b'"seq":1', b'"seq":1.5'),
        (b'"seq":1', b'"seq":1e300'),
        (b'"quantiles":"', b'"quantiles":"*'),
        (b'"sent_at":', b'"sent_at":NaN,"x":'),
        (b'"parts":', b'"parts":' + b"[" * 5000),
    ],
    ids=range(7),
)
def test_json_that_is_not_valid_is_refused_as_422(old, new):
    body = msgspec.json.encode(envelope(window()))
    assert old in body
    with pytest.raises(WireError) as caught:
        decode(body.replace(old, new, 1), "identity", media_type=JSON_TYPES[0])
    assert caught.value.status == 422


def test_the_same_upload_is_the_same_bytes():
    sent = envelope(window())
    assert encode(sent) == encode(sent)


def test_unknown_fields_are_ignored_at_every_level():
    unknown = {"new": {"a": [1, None]}}
    found = plain()
    part = found["parts"][0]
    values = part["features"]["columns"]["amount"]["values"]
    for place in (found, part, part["features"], values, part["latency"], part["performance"][""]["binary"]):
        place.update(unknown)
    values["moments"].append("more")
    assert decode(packed(found), "identity") == decode(packed(plain()), "identity")


@pytest.mark.parametrize(("own", "known"), [(1, {1}), (2, {1, 2}), (3, {2, 3}), (9, {8, 9})], ids=str)
def test_a_receiver_knows_its_own_schema_version_and_the_one_before(own, known):
    assert {version for version in range(-1, 12) if is_known_version(version, own)} == known


@pytest.mark.parametrize(("version", "taken"), [(1, True), (2, False), (0, False), (-1, False), ("1", False)])
def test_of_schema_versions_there_is_only_one_so_far(version, taken):
    body = packed(changed("schema_v", version))
    if taken:
        assert decode(body, "identity").schema_v == version
    else:
        assert "schema_v" in str(refused(body))


FIELD = "parts/0/features/columns/amount"
BAD = {
    "boot_id": ["short", "x" * 65, "with space", 7, None],
    "seq": [-1, 1.5, "1", 2**63, None],
    "sent_at": [math.nan, math.inf, "now", None],
    "window_seconds": [0, 86401, None],
    "parts": [None, {}, [[]], [{}]],
    "parts/0/deployment": ["", "x" * 251, "a\x00b", None],
    "parts/0/version": ["x" * 251, "\x00", None],
    "parts/0/bucket": [-1, 2**41, 1.5, None],
    "parts/0/counters/requests": [-1, 2**44 + 1, "1", 1.5],
    "parts/0/counters": [{str(i): 1 for i in range(501)}, [], {"x" * 301: 1}],
    "parts/0/metadata": [{"a": 1}, {"a": "x" * 2501}, {str(i): "" for i in range(21)}],
    "parts/0/segments": [{"": {}}, {str(i): {} for i in range(61)}],
    "parts/0/performance": [{str(i): {} for i in range(61)}],
    "parts/0/exceptions": [[{"type": "E", "count": 1}] * 21, [{"type": "E"}], [{"type": "E", "count": -1}]],
    "parts/0/latency/moments": [[1, 0.1, 0.0, None, None], [0, 0.0, 0.0, 1.0, 1.0], [3, 0.0, -1.0, 0.0, 1.0]],
    "parts/0/latency/quantiles": [b"", b"\x00", "text", bytes(8)],
    "parts/0/features/columns": [{str(i): {"count": 1} for i in range(1001)}, {"": {"count": 1}}, {"a": {}}],
    f"{FIELD}/missing": [7, -1],
    f"{FIELD}/types": [{"complex": 1}, {"integer": -1}],
    f"{FIELD}/values/moments": [
        [5, math.nan, 0.0, 0.0, 1.0],
        [5, math.inf, 0.0, 0.0, 1.0],
        [5, 0.0, math.nan, 0.0, 1.0],
        [5, 0.0, 0.0, 2.0, 1.0],
        [5, 0.0, 0.0, -math.inf, 1.0],
        [4, 0.0, 0.0, 0.0, 1.0],
    ],
    f"{FIELD}/values/distinct": [b"X", b"Sab", b"D" + bytes(7), b"S\xff\xff\x01", b"S\x00\x00\xff"],
    "parts/0/features/columns/country/values/frequent": [[["a", -1]], [["a"]], [["x" * 251, 1]], [["a", 1]] * 1025],
    "parts/0/performance/(all)/binary/negative_scores": [[0] * 29, [-1] + [0] * 29],
    "parts/0/performance/(all)/binary/brier_sum": [-1.0, math.nan],
    "parts/0/performance/(all)/categorical/correct": [4, -1],
    "parts/0/performance/(all)/categorical/confusion": [[["a", "b"]], [["a", "b", 1]] * 2501],
    "parts/0/performance/(all)/numeric/abs_sum": [-0.1, math.nan],
    "parts/0/performance/(all)/numeric/fourth_sum": [math.nan],
    "parts/0/performance/(all)/numeric/relative_sum": [math.nan],
    "parts/0/performance/(all)/numeric/quantiles": [b"", b"\x02\x01\x0f\x01\xc8\x00\x08\x00"],
}  # fmt: skip


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, values in BAD.items() for value in values])
def test_what_is_not_valid_is_refused_as_422(path, value):
    assert refused(packed(changed(path, value))).status == 422


@pytest.mark.parametrize("field", ["schema_v", "boot_id", "seq", "sent_at", "window_seconds", "parts"])
def test_what_is_required_is_named(field):
    found = plain()
    del found[field]
    assert field in str(refused(packed(found)))


def test_the_part_that_is_wrong_is_named():
    found = plain()
    found["parts"].append({"deployment": "other", "bucket": 0, "latency": {"quantiles": bytes(8)}})
    assert "parts[1] (other): quantiles" in str(refused(packed(found)))


def test_infinite_sums_are_read_as_the_largest_double():
    body = packed(changed("parts/0/latency/moments", [3, 0.02, math.inf, 0.01, 0.04]))
    assert decode(body, "identity").parts[0].latency.moments.m2 == math.inf


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"", "gzip", 422),
        (b"", "identity", 422),
        (b"\xc1", "identity", 422),
        (b"\x93" * 5000, "identity", 422),
        (b"not gzip", "gzip", 422),
        (zlib.compress(b"\x80"), "gzip", 422),
        (gzip.compress(b"\x80")[:-4], "gzip", 422),
        (gzip.compress(b"\x80") + b"more", "gzip", 422),
        (gzip.compress(b"\x80") * 2, "gzip", 422),
        (gzip.compress(b"\x80"), "br", 415),
        (bytes(MAX_COMPRESSED + 1), "gzip", 413),
        (bytes(MAX_COMPRESSED + 1), "identity", 413),
        (gzip.compress(bytes(MAX_INFLATED + 1)), "gzip", 413),
    ],
    ids=range(13),
)
def test_bytes_that_are_no_upload(body, encoding, status):
    assert refused(body, encoding).status == status


def test_a_gzip_bomb_is_cut_while_it_inflates():
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    tracemalloc.start()
    try:
        assert refused(bomb, "gzip").status == 413
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_INFLATED
    finally:
        tracemalloc.stop()
