import os
import shutil
import subprocess
import sys
import time

import pytest

from graphsignal_mw.delivery import Body, Spool
from graphsignal_mw.errors import SpoolError


def body(seq, size=4):
    return [Body(seq, b"x" * size)]


@pytest.fixture
def spool(tmp_path):
    opened = Spool(tmp_path, "boot-a")
    opened.open()
    yield opened
    opened.close()


def ended(root, boot_id, *, deltas=(), checkpoints=()):
    """Leave behind what a process that was killed would."""
    dead = Spool(root, boot_id)
    dead.open()
    for seq in deltas:
        dead.commit(body(seq))
    for seq in checkpoints:
        dead.checkpoint(body(seq))
    dead.forget()


def names(root, boot_id="boot-a"):
    return sorted(path.name for path in (root / boot_id).iterdir() if path.name != "lock")


def test_a_delta_can_be_read_and_removed(spool, tmp_path):
    path = spool.commit(body(3))
    assert (spool.pending(), spool.read(path)) == ([path], body(3))
    spool.remove(path)
    assert names(tmp_path) == []


def test_a_checkpoint_is_replaced_and_ends_with_its_delta(spool, tmp_path):
    spool.checkpoint(body(1, 10))
    spool.checkpoint(body(1, 20))
    assert names(tmp_path) == ["000000000001.open"]
    assert spool.pending() == []
    spool.commit(body(1, 30))
    assert names(tmp_path) == ["000000000001.delta"]


def test_what_an_ended_process_left_is_adopted_once_with_its_checkpoint(spool, tmp_path):
    ended(tmp_path, "boot-b", deltas=[0, 1], checkpoints=[2])
    assert spool.adopt() == 3
    assert [spool.read(path) for path in spool.pending()] == [body(0), body(1), body(2)]
    assert not (tmp_path / "boot-b").exists()
    assert spool.adopt() == 0


def test_a_checkpoint_beside_its_complete_delta_is_not_adopted(spool, tmp_path):
    ended(tmp_path, "boot-b", deltas=[0])
    (tmp_path / "boot-b" / "000000000000.open").write_bytes(b"older")
    assert spool.adopt() == 1
    assert [spool.read(path) for path in spool.pending()] == [body(0)]


def test_a_name_does_not_grow_with_each_process_that_adopts_it(tmp_path):
    ended(tmp_path, "boot-0", deltas=[0])
    for generation in range(1, 20):
        following = Spool(tmp_path, f"{'b' * 40}-{generation}")
        following.open()
        assert following.adopt() == 1
        following.forget()
    assert [path.name for path in tmp_path.glob("*/*.delta")] == ["boot-0-000000000000.delta"]


def test_what_belongs_to_a_living_process_is_left_alone(spool, tmp_path):
    spool.checkpoint(body(0))
    other = Spool(tmp_path, "boot-b")
    other.open()
    assert other.adopt() == 0
    assert names(tmp_path) == ["000000000000.open"]
    other.close()


def test_a_folder_that_cannot_be_adopted_costs_no_other(spool, tmp_path, caplog):
    (tmp_path / "boot-0" / "lock").mkdir(parents=True)
    ended(tmp_path, "boot-b", deltas=[0])
    assert spool.adopt() == 1
    assert [spool.read(path) for path in spool.pending()] == [body(0)]
    assert "boot-0 cannot be adopted" in caplog.text


@pytest.mark.parametrize("jump", [-10 * 365 * 86_400, 3600.0], ids=["back ten years", "ahead an hour"])
def test_a_clock_that_jumps_costs_nothing(tmp_path, jump):
    now = [time.time()]
    spool = Spool(tmp_path, "boot-a", max_bytes=350, clock=lambda: now[0])
    spool.open()
    first = spool.commit(body(0, 100))
    now[0] += jump
    second = spool.commit(body(1, 100))
    os.utime(second, (now[0], now[0]))
    assert (set(spool.pending()), spool.dropped) == ({first, second}, {})
    for path in (first, second):
        spool.remove(path)
    spool.close()


def test_an_empty_folder_goes_away_and_one_with_deltas_stays(tmp_path):
    for boot_id, deltas in (("boot-b", []), ("boot-c", [1])):
        spool = Spool(tmp_path, boot_id)
        spool.open()
        for seq in deltas:
            spool.commit(body(seq))
        spool.close()
    assert [path.name for path in tmp_path.iterdir()] == ["boot-c"]


def test_too_much_drops_the_oldest_and_counts_it(tmp_path):
    spool = Spool(tmp_path, "boot-a", max_bytes=350)
    spool.open()
    paths = [spool.commit(body(seq, 100)) for seq in range(4)]
    assert (spool.pending(), spool.dropped) == (paths[2:], {"spool_full": 2})
    for path in paths:
        spool.remove(path)
    spool.close()


def test_what_a_disk_does_not_let_go_of_is_given_up_once(tmp_path):
    """A file that cannot be removed; here it comes again instead."""
    spool = Spool(tmp_path, "boot-a", clock=lambda: time.time() + 100 * 3600.0)
    spool.open()
    for _ in range(3):
        path = spool.commit(body(0))
        assert spool.pending() == []
    assert spool.dropped == {"spool_age": 1}
    assert not path.exists()
    spool.close()


def test_too_old_is_dropped_and_counted(tmp_path):
    now = [0.0]
    spool = Spool(tmp_path, "boot-a", clock=lambda: now[0])
    spool.open()
    old, new = spool.commit(body(0)), spool.commit(body(1))
    os.utime(old, (1000, 1000))
    os.utime(new, (2000, 2000))
    now[0] = 1500 + 48 * 3600.0
    assert (spool.pending(), spool.dropped) == ([new], {"spool_age": 1})
    spool.remove(new)
    spool.close()


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(b"GSMW1\n1234garbage"), lambda path: path.unlink()])
def test_a_file_that_is_damaged_or_gone_says_so(spool, harm):
    path = spool.commit(body(0))
    harm(path)
    with pytest.raises((SpoolError, FileNotFoundError)):
        spool.read(path)
    spool.remove(path)


def test_a_folder_that_was_cleaned_away_is_made_anew(spool, tmp_path):
    shutil.rmtree(tmp_path / "boot-a")
    path = spool.commit(body(0))
    assert spool.read(path) == body(0)
    spool.remove(path)


def test_a_folder_that_cannot_be_written_is_named_in_the_error(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(SpoolError, match=r"spool_dir: cannot write to .*file.*expected a writable folder"):
        Spool(blocked, "boot-a").open()


def test_a_process_killed_while_it_writes_leaves_only_whole_files(tmp_path):
    script = """
import sys
from pathlib import Path
from graphsignal_mw.delivery import Body, Spool
spool = Spool(Path(sys.argv[1]), "boot-b")
spool.open()
seq = 0
while True:
    spool.checkpoint([Body(seq, b"c" * 200_000)])
    spool.commit([Body(seq, b"d" * 200_000)])
    seq += 1
    print(seq, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    written = 0
    while written < 20:
        written = int(process.stdout.readline())
    process.kill()
    process.communicate()
    spool = Spool(tmp_path, "boot-a")
    spool.open()
    assert spool.adopt() >= written
    found = [spool.read(path)[0] for path in spool.pending()]
    assert sorted(b.seq for b in found) == list(range(len(found)))
    assert {b.data[:1] for b in found} <= {b"c", b"d"}
    for path in spool.pending():
        spool.remove(path)
    spool.close()
