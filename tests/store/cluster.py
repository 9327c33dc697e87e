"""A PostgreSQL of the tests' own, in a temporary folder and on a free port; SQLite and it, by one fixture."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine

from graphsignal_mw.store import Store

DATABASES = ("sqlite", "postgresql")
MISSING = "no PostgreSQL found: scripts/install gets it"
# What a crash of the machine would cost is of no interest here; what a commit means to other connections stays. A kill
# of the server, which FAST may forget commits of, costs LASTING nothing. Who waits for a lock for long says so.
LASTING = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB", "lock_timeout": "60s"}
FAST = {**LASTING, "synchronous_commit": "off"}


def programs():
    """Folder of ``initdb`` and ``postgres``, or None: of the newest version, where Debian and others put them."""
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return places[-1].parent if places else Path(found).resolve().parent if found else None


class Cluster:
    """A running server with ``options`` of its configuration."""

    def __init__(self, options=FAST):
        self.options = options
        self.programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="graphsignal-mw-"))
        self.user = _unprivileged()
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.port = _free_port()
        self.numbers = count()
        # With an order of words that is not the one of their bytes, as databases of people have.
        locale = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
        self._run("initdb", "-D", self.data, "-U", "tests", "--auth=trust", "--no-sync", *locale)
        self.start()
        self._execute("CREATE DATABASE template_of_tests")
        Store.open(self.url("template_of_tests")).close()

    @property
    def data(self):
        return str(self.folder / "data")

    def url(self, database):
        return f"postgresql://tests@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, *, empty=False):
        """A database for a test, with all tables or ``empty``: its URL."""
        name = f"test_{next(self.numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'template_of_tests'}")
        yield self.url(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def kill(self):
        """End the server and all of its processes at once, as a failing machine does."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(30)

    def start(self):
        """Start it again, and wait until it answers."""
        self.process = self._start()
        self._wait()

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
        self.process.wait(30)
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.folder, **self._identity())
        assert done.returncode == 0, done.stderr

    def _start(self):
        options = {**self.options, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": self.port}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(self.programs / "postgres"), "-D", self.data, *settings]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._identity())

    def _identity(self):
        # The server refuses to run as root.
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _wait(self):
        end = time.monotonic() + 30
        ready = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.05)

    def _execute(self, statement):
        url = self.url("postgres").replace("postgresql:", "postgresql+psycopg:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def _unprivileged():
    """Who runs the server when the tests run as root; None when they do not."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]
