"""The collector on a port that it keeps, clients that log, and what the collector knows of them."""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx2
from collector.service import HEADERS, PATH, Service, upload
from sqlalchemy import NullPool, create_engine

from graphsignal_mw.demo.processes import free_port
from graphsignal_mw.store.database import FILE_NAME
from graphsignal_mw.wire import encode

CLIENT = Path(__file__).with_name("client.py")


class Collector(Service):
    """A collector that can be killed and started again at the same address."""

    def __init__(self, folder, *options):
        super().__init__(folder, "--port", str(free_port()), "--detect-every", "3600", *options)

    def restart(self):
        self.kill()
        self.start()

    def predictions(self, deployment):
        answer = self.client.get(f"/api/v1/deployments/{deployment}")
        return answer.json()["predictions"] if answer.status_code == 200 else 0

    def settled(self, deployment, expected):
        """Wait for the number of predictions, see that nothing waits to be computed any more, and return it."""
        self.until(lambda: self.predictions(deployment) >= expected)
        self.until(lambda: not self.waiting())
        return self.predictions(deployment)

    def waiting(self):
        return self.rows("SELECT count(*) FROM dirty")[0][0]

    def identities(self, boot_id):
        return {seq for (seq,) in self.rows("SELECT seq FROM deltas WHERE boot_id = ?", boot_id)}

    def rows(self, query, *values):
        with closing(sqlite3.connect(self.folder / FILE_NAME, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()


class Replica(Collector):
    """One of the collectors on a PostgreSQL."""

    def __init__(self, folder, database_url):
        folder.mkdir()
        self.engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
        super().__init__(folder / "data", "--database-url", database_url)

    def rows(self, query, *values):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query.replace("?", "%s"), values)]


class Client:
    """A process that logs to ``url`` until it is told to end, or killed."""

    def __init__(self, folder, url, deployment, number=0, upload_seconds=0.4):
        self.journal, self.deployment = folder / f"{deployment}-{number}.journal", deployment
        command = [sys.executable, str(CLIENT), url, str(folder / "spool"), deployment, str(self.journal)]
        command.append(str(upload_seconds))
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def lines(self):
        """What was logged when: pairs of number and time, Unix seconds. The last line may be half a line."""
        whole = self.journal.read_text().rpartition("\n")[0] if self.journal.exists() else ""
        return [(int(n), float(at)) for n, at in map(str.split, whole.splitlines())]

    def has_logged(self, n):
        assert self.process.poll() is None
        return (self.lines() or [(0, 0.0)])[-1][0] >= n

    def end(self):
        """Return how many predictions were logged; all must have arrived."""
        out, _ = self.process.communicate("\n", 90)
        logged, arrived = out.split()
        assert arrived == "True"
        return int(logged)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Sender(threading.Thread):
    """Uploads number after number, each until it is acknowledged, and remembers those that are."""

    def __init__(self, url, boot_id, deployment):
        super().__init__(daemon=True)
        self.url, self.boot_id, self.deployment = url, boot_id, deployment
        self.acknowledged, self.statuses, self.duplicates = set(), set(), 0
        self.ending, self.most = threading.Event(), 1000  # thousands of parts in a window take long to compute

    def run(self):
        with httpx2.Client(base_url=self.url, trust_env=False, timeout=10) as client:
            seq = 0
            while not self.ending.is_set() or seq not in self.acknowledged:
                if seq in self.acknowledged:
                    seq += 1
                    while seq >= self.most and not self.ending.wait(0.05):
                        pass
                self.send(client, seq)

    def send(self, client, seq):
        body = encode(upload(seq, boot_id=self.boot_id, deployment=self.deployment))
        try:
            answer = client.post(PATH, content=body, headers=HEADERS)
        except httpx2.HTTPError:
            time.sleep(0.05)
            return
        self.statuses.add(answer.status_code)
        if answer.status_code == 200:
            self.acknowledged.add(seq)
            self.duplicates += answer.json()["duplicate"]
        else:
            time.sleep(0.05)

    def end(self):
        self.ending.set()
        self.join(60)
        assert not self.is_alive()
