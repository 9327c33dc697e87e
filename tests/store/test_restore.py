"""docs/backup.md, as it is written: its commands are run."""

import os
import re
import subprocess
import threading
from contextlib import closing
from itertools import count
from pathlib import Path

from graphsignal_mw.store import Store

from .envelopes import WHOLE, envelope, window

PROJECT = "default"
DOCUMENT = Path(__file__).parents[2] / "docs" / "backup.md"


def command(beginning):
    """The command of the document that begins so."""
    (found,) = re.findall(rf"^{beginning} .*$", DOCUMENT.read_text(), re.MULTILINE)
    return found


def run(line, folder, **environment):
    subprocess.run(["sh", "-c", line], cwd=folder, env={**os.environ, **environment}, check=True)


class Sender:
    """Sends uploads until it is stopped; ``sent`` is how many were acknowledged."""

    def __init__(self, store):
        self.store, self.sent, self.stopped = store, 0, threading.Event()
        self.some = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        for seq in count():
            if self.stopped.is_set():
                return
            self.store.ingest(PROJECT, envelope(window(), seq=seq), 1.0)
            self.sent = seq + 1
            if self.sent == 10:
                self.some.set()

    def __enter__(self):
        self.thread.start()
        assert self.some.wait(30)
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()


def check(target, at_least):
    """A restored store has whole uploads, knows each, and goes on."""
    with closing(Store.open(target)) as restored:
        while restored.compact():
            pass
        uploads = restored.sizes()["deltas"]
        assert uploads >= at_least
        assert restored.totals(PROJECT, "model", *WHOLE).counters["requests"] == 3 * uploads
        assert restored.ingest(PROJECT, envelope(window(), seq=0), 2.0) is False
        assert restored.ingest(PROJECT, envelope(window(), seq=10_000_000), 2.0) is True


def test_sqlite_is_backed_up_while_uploads_come_and_restored(tmp_path):
    line = command("python3")
    folder = tmp_path / "graphsignal-mw-data"
    with closing(Store.open(folder)) as store, Sender(store) as sender:
        before = sender.sent
        run(line, tmp_path)
    (tmp_path / "restored").mkdir()
    (tmp_path / "copy.db").rename(tmp_path / "restored" / "graphsignal_mw.db")
    check(tmp_path / "restored", before)


def test_postgresql_is_backed_up_while_uploads_come_and_restored(postgresql, tmp_path):
    path = f"{postgresql.programs}{os.pathsep}{os.environ['PATH']}"
    with postgresql.database() as url, postgresql.database(empty=True) as empty:
        with closing(Store.open(url)) as store, Sender(store) as sender:
            before = sender.sent
            run(command("pg_dump"), tmp_path, DATABASE_URL=url, PATH=path)
        run(command("pg_restore"), tmp_path, DATABASE_URL=empty, PATH=path)
        check(empty, before)
