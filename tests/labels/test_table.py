import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from graphsignal_mw.labels.remembered import Remembered, to_bytes
from graphsignal_mw.labels.table import PredictionTable

ROW = to_bytes(Remembered("model", "", True, 1.0))


@pytest.fixture
def make(tmp_path, clock):
    def table(max_rows=1000, max_bytes=2**30, seconds=3600, path=tmp_path / "spool" / "labels.sqlite3"):
        return PredictionTable(path, max_rows=max_rows, max_bytes=max_bytes, seconds=seconds, clock=clock)

    return table


def name(number):
    return number.to_bytes(16, "big")


def rows(start, stop, row=ROW):
    return [(name(number), row) for number in range(start, stop)]


def there(table, stop):
    """Which of the first ``stop`` rows are there; they are not afterwards."""
    found, _ = table.exchange([], [name(number) for number in range(stop)], 1)
    return [number for number, row in enumerate(found) if row is not None]


def test_a_row_is_found_once(make):
    table = make()
    assert table.exchange(rows(0, 3), [name(1), name(7)], 1) == ([ROW, None], {})
    assert there(table, 3) == [0, 2]
    assert there(table, 3) == []


def test_of_two_rows_with_the_same_id_the_later_one_counts(make):
    table = make()
    table.exchange([(name(1), b"first"), (name(1), b"second")], [], 1)
    table.exchange([(name(2), b"third"), (name(1), b"fourth")], [], 1)
    assert table.exchange([], [name(1), name(2)], 1)[0] == [b"fourth", b"third"]


def test_what_has_expired_is_neither_found_nor_kept_nor_counted(make, clock):
    table = make(seconds=100)
    table.exchange(rows(0, 5), [], 1)
    clock.now += 60
    table.exchange(rows(5, 8), [], 1)
    clock.now += 60
    assert table.exchange([], [name(0), name(5)], 1) == ([None, ROW], {})
    with sqlite3.connect(table.path) as connection:
        assert connection.execute("SELECT count(*) FROM predictions").fetchone() == (2,)
        assert connection.execute("SELECT rows FROM size").fetchone() == (2,)
    connection.close()


def test_the_oldest_beyond_the_bound_of_rows_are_given_up_and_counted(make):
    table = make(max_rows=100)
    for start in range(0, 120, 40):
        counted = table.exchange(rows(start, start + 40), [name(start)], 1)[1]
    assert counted == {"model": 17}
    assert there(table, 120) == [*range(18, 40), *range(41, 80), *range(81, 120)]


def test_what_was_taken_out_makes_room(make):
    table = make(max_rows=10)
    for start in range(0, 100, 10):
        assert table.exchange(rows(start, start + 10), [], 1)[1] == {}
        assert len(there(table, 100)) == 10


def test_a_table_that_became_too_large_shrinks_over_several_looks(make):
    make(max_rows=200_000).exchange(rows(0, 60_000), [], 1)
    small = make(max_rows=10)
    while small.exchange([], [], 1)[1]:
        pass
    assert there(small, 60_000) == list(range(59_990, 60_000))


def test_the_file_stays_below_the_bound_of_bytes(make):
    table = make(max_rows=10**6, max_bytes=2**21)
    size = given_up = 0
    for start in range(0, 40_000, 4000):
        given_up += table.exchange(rows(start, start + 4000, ROW + b"x" * 100), [], 1)[1].total()
        size = max(size, sum(path.stat().st_size for path in table.path.parent.iterdir()))
    assert size <= 2**21
    assert given_up > 20_000
    assert 39_999 in there(table, 40_000)


def test_only_its_user_may_read_it(make):
    table = make()
    table.exchange(rows(0, 1), [], 1)
    assert stat.S_IMODE(table.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(table.path.parent.stat().st_mode) == 0o700


def test_what_was_deleted_is_not_in_the_file_any_more(make):
    table = make()
    table.exchange([(name(1), b"the secret of a row")], [], 1)
    assert b"the secret of a row" in table.path.read_bytes()
    there(table, 2)
    assert b"the secret of a row" not in b"".join(path.read_bytes() for path in table.path.parent.iterdir())


def test_a_lock_is_waited_for_no_longer_than_told_and_nothing_is_half_done(make):
    table = make()
    table.exchange(rows(0, 1), [], 1)
    holder = sqlite3.connect(table.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        table.exchange(rows(1, 2), [name(0)], 0.01)
    holder.execute("ROLLBACK")
    holder.close()
    assert there(table, 2) == [0]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_removed_and_the_next_look_begins_a_new_one(make, content):
    table = make()
    table.path.parent.mkdir()
    table.path.write_bytes(content)
    with pytest.raises(sqlite3.DatabaseError):
        table.exchange(rows(0, 1), [], 1)
    table.exchange(rows(0, 1), [], 1)
    assert there(table, 1) == [0]


def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(make, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        make(path=tmp_path / "file" / "labels.sqlite3").exchange(rows(0, 1), [], 1)


FULL = """
import resource, sys
from pathlib import Path
from graphsignal_mw.labels.table import PredictionTable
table = PredictionTable(Path(sys.argv[1]), max_rows=10**6, max_bytes=2**40, seconds=3600)
table.exchange([(bytes(16), b"first")], [], 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    table.exchange([(n.to_bytes(16, "big"), b"x" * 1000) for n in range(1, 5000)], [], 1)
except Exception as error:
    print(error.sqlite_errorname)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(table.exchange([], [bytes(16), (7).to_bytes(16, "big")], 1)[0])
"""


def test_a_full_disk_costs_what_was_to_be_written_and_nothing_before(tmp_path):
    command = [sys.executable, "-c", FULL, str(tmp_path / "labels.sqlite3")]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert found[0] in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"}
    assert found[1] == "[b'first', None]"


def test_processes_share_it_and_each_row_is_found_by_one_of_them(make):
    table = make(max_rows=10_000)
    script = f"""
import sys
from pathlib import Path
from graphsignal_mw.labels.table import PredictionTable
table = PredictionTable(Path({str(table.path)!r}), max_rows=10_000, max_bytes=2**30, seconds=10**12)
worker, found = int(sys.argv[1]), 0
for start in range(0, 400, 20):
    mine = [((1000 * worker + n).to_bytes(16, "big"), b"row") for n in range(start, start + 20)]
    wanted = [(1000 * w + n).to_bytes(16, "big") for w in range(3) for n in range(start, start + 20)]
    contents, _ = table.exchange(mine, wanted, 30)
    found += sum(row is not None for row in contents)
print(found)
"""
    with ThreadPoolExecutor(3) as pool:
        outs = list(pool.map(lambda n: subprocess.check_output([sys.executable, "-c", script, str(n)]), range(3)))
    rest = there(table, 3000)
    assert sum(map(int, outs)) + len(rest) == 1200


def test_a_fork_while_the_table_is_in_use_harms_neither(make):
    table = make()
    table.exchange(rows(0, 2), [], 1)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if table.exchange(rows(2, 3), [name(0)], 5)[0] == [ROW] else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert there(table, 3) == [1, 2]
