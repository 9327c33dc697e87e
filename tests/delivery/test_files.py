import os
import subprocess
import sys

import pytest

from graphsignal_mw.delivery.files import FileLock, modified_at, remove_file, size_of, write_atomically


def test_a_file_is_replaced_whole_and_nothing_else_stays(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_content(tmp_path):
    script = """
import resource, signal, sys
from pathlib import Path
from graphsignal_mw.delivery.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    write_atomically(Path(sys.argv[1]), b"n" * 100)
except OSError:
    print("failed")
"""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout, path.read_bytes()) == ("failed\n", b"old")


def test_a_lock_is_held_by_one_until_it_is_released(tmp_path):
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    assert (first.is_held, second.is_held) == (True, False)
    first.release()
    assert second.acquire()
    second.release()


def test_a_lock_ends_with_its_process(tmp_path):
    path = tmp_path / "lock"
    script = (
        f"from graphsignal_mw.delivery.files import FileLock; from pathlib import Path; import sys\n"
        f"print(FileLock(Path({str(path)!r})).acquire(), flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    lock = FileLock(path)
    assert process.stdout.readline() == "True\n"
    assert not lock.acquire()
    process.kill()
    process.communicate()
    assert lock.acquire()
    lock.release()


def test_a_child_that_forgets_a_lock_leaves_it_to_its_parent(tmp_path):
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire()
    child = os.fork()
    if not child:
        lock.release()
        os._exit(0)
    os.waitpid(child, 0)
    other = FileLock(tmp_path / "lock")
    assert not other.acquire()
    lock.release()


@pytest.mark.parametrize("ask", [modified_at, size_of])
def test_a_file_that_is_gone_has_neither_time_nor_size(tmp_path, ask):
    assert ask(tmp_path / "gone") == 0
    remove_file(tmp_path / "gone")
