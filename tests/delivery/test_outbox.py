import logging
import os
import random
import time

import pytest

from graphsignal_mw.delivery import Body, Outbox, Spool, to_bodies
from graphsignal_mw.delivery.outbox import MAX_MEMORY
from graphsignal_mw.wire import Part


def body(seq, size=4):
    return [Body(seq, b"x" * size)]


def blocked(tmp_path):
    """A place where no folder can be made."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file"


def drain(outbox):
    found = []
    while (item := outbox.first()) is not None:
        found += [b.seq for b in outbox.load(item)]
        outbox.done(item)
    return found


@pytest.fixture
def outbox(tmp_path):
    made = Outbox(Spool(tmp_path / "spool", "boot-a"))
    made.open()
    yield made
    drain(made)
    made.spool.close()


def test_deltas_leave_in_order_and_leave_no_file(outbox, tmp_path):
    for seq in range(3):
        outbox.checkpoint(body(seq))
        outbox.add(body(seq))
    assert (len(outbox), drain(outbox), len(outbox)) == (3, [0, 1, 2], 0)
    assert [path.name for path in (tmp_path / "spool").rglob("*") if path.is_file()] == ["lock"]


def test_what_others_left_goes_first(tmp_path):
    dead = Spool(tmp_path, "boot-b")
    dead.open()
    dead.commit(body(7))
    dead.forget()
    outbox = Outbox(Spool(tmp_path, "boot-a"))
    outbox.open()
    outbox.add(body(0))
    assert drain(outbox) == [7, 0]
    outbox.spool.close()


def test_a_disk_that_refuses_is_said_once_and_deltas_wait_in_memory(tmp_path, caplog):
    outbox = Outbox(Spool(blocked(tmp_path), "boot-a"))
    outbox.open()
    with caplog.at_level(logging.ERROR, "graphsignal_mw"):
        for seq in range(3):
            outbox.checkpoint(body(seq))
            outbox.add(body(seq))
    assert len(outbox) == 3
    assert drain(outbox) == [0, 1, 2]
    said = [record.message for record in caplog.records]
    assert len(said) == 1
    assert "spool_dir: cannot write" in said[0]
    assert "deltas wait in memory" in said[0]


def test_a_disk_that_lets_us_again_is_used_again(tmp_path):
    place = blocked(tmp_path)
    outbox = Outbox(Spool(place, "boot-a"))
    outbox.open()
    outbox.add(body(0))
    assert outbox.save() == 1
    place.unlink()
    outbox.add(body(1))
    assert len(list(place.rglob("*.delta"))) == 1
    assert outbox.save() == 0
    assert len(list(place.rglob("*.delta"))) == 2
    assert drain(outbox) == [0, 1]
    outbox.spool.close()


def test_memory_is_bounded_and_the_oldest_go_first(tmp_path):
    outbox = Outbox(Spool(blocked(tmp_path), "boot-a"))
    outbox.open()
    for seq in range(5):
        outbox.add(body(seq, MAX_MEMORY // 3))
    assert outbox.counts() == {"memory_full": 2}
    assert drain(outbox) == [2, 3, 4]


@pytest.mark.parametrize("reason", ["spool_full", "memory_full"])
def test_what_was_in_a_delta_that_is_given_up_is_known(tmp_path, reason):
    part = Part("model", int(time.time()), counters={"requests": 3}, metadata={"noise": random.randbytes(1200).hex()})
    bodies = to_bodies([part], boot_id="boot-0001", seq=0, window_seconds=300)
    if reason == "spool_full":
        outbox = Outbox(Spool(tmp_path, "boot-a", max_bytes=2 * len(bodies[0].data)))
    else:
        outbox = Outbox(Spool(blocked(tmp_path), "boot-a"))
        bodies *= MAX_MEMORY // len(bodies[0].data) // 2
    outbox.open()
    for _ in range(3):
        outbox.add(bodies)
        bodies = [each._replace(seq=each.seq + 1000) for each in bodies]
    given_up = outbox.counts()[reason]
    assert outbox.lost.take() == {("model", reason): 3 * len(bodies) * given_up}
    drain(outbox)
    outbox.spool.close()


def test_a_delta_that_made_room_is_counted_once(tmp_path, caplog):
    outbox = Outbox(Spool(tmp_path, "boot-a", max_bytes=250))
    outbox.open()
    for seq in range(4):
        outbox.add(body(seq, 100))
    assert drain(outbox) == [2, 3]
    assert outbox.counts() == {"spool_full": 2}
    assert not caplog.records
    outbox.spool.close()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [(lambda path: path.write_bytes(b"GSMW1\n...."), "spool_damaged"), (os.unlink, "spool_removed")],
)
def test_a_file_that_was_damaged_or_removed_costs_only_itself(outbox, tmp_path, harm, reason, caplog):
    outbox.add(body(0))
    outbox.add(body(1))
    harm(min((tmp_path / "spool" / "boot-a").glob("*.delta")))
    assert drain(outbox) == [1]
    assert outbox.counts() == {reason: 1}
    assert "lost" in caplog.text
