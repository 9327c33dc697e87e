import gzip
import random
import time

import msgspec
import pytest
from fuzz.uploads import mangled
from sqlalchemy import event, select

from graphsignal_mw.collector.ingest import ROOM
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.store import schema
from graphsignal_mw.wire import MAX_COMPRESSED, encode

from .conftest import HEADERS, PATH, Caller
from .service import upload

DAY = 86400


def test_an_upload_and_its_repeat(caller, store):
    body = encode(upload(1))
    first, second = (caller.post(PATH, content=body, headers=HEADERS) for _ in range(2))
    assert (first.status_code, first.json()) == (200, {"accepted": True, "duplicate": False})
    assert (second.status_code, second.json()) == (200, {"accepted": True, "duplicate": True})
    store.compact()
    assert caller.get("/api/v1/deployments/model").json()["requests"] == 10
    metrics = caller.get("/metrics").text
    assert 'uploads_total{result="accepted"} 1' in metrics
    assert 'uploads_total{result="duplicate"} 1' in metrics


def test_uploads_that_come_at_once_each_get_their_own_answer(caller, store):
    bodies = [encode(upload(seq)) for seq in range(30)]
    bodies[7:9] = [b"no gzip", bodies[6]]
    bodies[20] = encode(upload(20, now=time.time() + 2 * DAY))
    answers = caller.post_all(PATH, bodies, headers=HEADERS)
    assert [a.status_code for a in answers] == [422 if number in {7, 20} else 200 for number in range(30)]
    assert [number for number, a in enumerate(answers) if a.json().get("duplicate")] == [8]
    store.compact()
    assert store.totals("default", "model", 0, 2**40).counters["requests"] == 27 * 10


def test_large_uploads_that_come_at_once_are_all_stored(caller, store):
    """More than is unpacked at a time; what makes them large is ignored."""
    padded = [
        {**msgspec.msgpack.decode(gzip.decompress(encode(upload(seq)))), "new": bytes(ROOM // 4)} for seq in range(30)
    ]
    bodies = [gzip.compress(msgspec.msgpack.encode(document), 1) for document in padded]
    commits = []
    event.listen(store.engine, "commit", commits.append)
    assert {a.json()["duplicate"] for a in caller.post_all(PATH, bodies, headers=HEADERS)} == {False}
    assert len(commits) > 6  # five or so in each
    store.compact()
    assert store.totals("default", "model", 0, 2**40).counters["requests"] == 30 * 10


@pytest.mark.parametrize("is_kept", [True, False], ids=["msgpack in gzip", "json in gzip"])
def test_what_came_as_the_store_can_read_it_is_kept_as_it_came(caller, store, is_kept):
    body = encode(upload(1)) if is_kept else gzip.compress(msgspec.json.encode(upload(1)))
    headers = HEADERS if is_kept else {**HEADERS, "Content-Type": "application/json"}
    assert caller.post(PATH, content=body, headers=headers).status_code == 200
    with store.read() as connection:
        (data,) = connection.execute(select(schema.parts.c.data)).scalars()
    assert (data == body) is is_kept
    store.compact()
    assert store.totals("default", "model", 0, 2**40).counters["requests"] == 10


def test_identity_encoding(caller):
    body = gzip.decompress(encode(upload(1)))
    headers = {**HEADERS, "Content-Encoding": "identity"}
    assert caller.post(PATH, content=body, headers=headers).status_code == 200
    assert caller.post(PATH, content=body, headers={"Content-Type": "application/msgpack"}).json()["duplicate"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Encoding": "br"}, 415),
        ({"Content-Encoding": "identity"}, 422),
    ],
)
def test_what_is_not_understood(caller, headers, status):
    answer = caller.post(PATH, content=encode(upload(1)), headers={**HEADERS, **headers})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "expected" in answer.json()["detail"] or status == 422


def test_too_large_in_either_way(caller):
    assert caller.post(PATH, content=bytes(MAX_COMPRESSED + 1), headers=HEADERS).status_code == 413
    bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)
    assert caller.post(PATH, content=bomb, headers=HEADERS).status_code == 413
    assert 'result="refused_413"} 2' in caller.get("/metrics").text


def test_a_stream_without_end_is_cut(app):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 100:
            sent += 1
            yield bytes(256 * 1024)

    assert Caller(app).post(PATH, content=endless(), headers=HEADERS).status_code == 413
    assert sent * 256 * 1024 <= 2 * MAX_COMPRESSED


@pytest.mark.parametrize("offset", [-401 * DAY, 2 * DAY])
def test_windows_out_of_time_are_refused_for_good(caller, offset):
    answer = caller.post(PATH, content=encode(upload(1, now=time.time() + offset)), headers=HEADERS)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["key"] == "parts[0].bucket"


def test_a_backfill_is_welcome(caller):
    answer = caller.post(PATH, content=encode(upload(1, now=time.time() - 399 * DAY)), headers=HEADERS)
    assert answer.status_code == 200


def test_a_full_disk_refuses_with_503_and_goes_on_when_there_is_room(sqlite, tmp_path):
    caller = Caller(create_app(ServerSettings(data_dir=tmp_path / "data"), sqlite))
    limit_pages(sqlite, 60)
    answers = [caller.post(PATH, content=encode(upload(seq, n=100)), headers=HEADERS) for seq in range(100)]
    accepted = sum(a.status_code == 200 for a in answers)
    assert 0 < accepted < 100
    full = answers[-1]
    assert (full.status_code, full.headers["retry-after"]) == (503, "60")
    assert "disk" in full.json()["detail"]
    assert caller.get("/api/v1/deployments").status_code == 200
    limit_pages(sqlite, 100_000)
    again = [caller.post(PATH, content=encode(upload(seq, n=100)), headers=HEADERS) for seq in range(100)]
    assert [a.status_code for a in again] == [200] * 100
    assert sum(a.json()["duplicate"] for a in again) == accepted


def limit_pages(store, pages):
    """Give the database room for so many pages, on every connection that is opened from now on."""
    event.listen(store.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count = {pages}"))
    store.engine.dispose()


@pytest.mark.parametrize("layer", ["gzip", "msgpack"])
def test_mutations_never_crash_and_never_are_our_fault(caller, store, layer):
    """Whatever is sent: 200 or a 4xx, and what was accepted can be computed and read."""
    generator = random.Random(7)
    body = encode(upload(1, n=300))
    seen = set()
    for _ in range(400):
        sent = mangled(body, generator) if layer == "gzip" else gzip.compress(mangled(gzip.decompress(body), generator))
        answer = caller.post(PATH, content=sent, headers=HEADERS)
        seen.add(answer.status_code)
    assert seen <= {200, 413, 415, 422}
    assert 422 in seen
    while store.compact():
        pass
    for deployment in caller.get("/api/v1/deployments").json():
        name = deployment["name"].replace("/", "%2F")
        assert caller.get(f"/api/v1/deployments/{name}/columns").status_code in {200, 404}


@pytest.mark.parametrize("field", ["boot_id", "seq", "parts", "schema_v", "window_seconds"])
@pytest.mark.parametrize("value", [None, -1, "", [], {}, 2**63, "\x00", 1.5, True])
def test_wrong_types(caller, field, value):
    document = msgspec.msgpack.decode(gzip.decompress(encode(upload(1))))
    document[field] = value
    answer = caller.post(PATH, content=gzip.compress(msgspec.msgpack.encode(document)), headers=HEADERS)
    assert answer.status_code == (200 if field == "parts" and value == [] else 422)


def test_unknown_fields_are_ignored(caller):
    document = msgspec.msgpack.decode(gzip.decompress(encode(upload(1))))
    document["new"] = document["parts"][0]["new"] = 1
    answer = caller.post(PATH, content=gzip.compress(msgspec.msgpack.encode(document)), headers=HEADERS)
    assert answer.status_code == 200
