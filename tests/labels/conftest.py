import time

import pytest
from delivery.server import Answering

from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import part_to_stats


class Host:
    """Processes of one host (here: agents with one spool), and what arrives of all of them."""

    def __init__(self, folder, server):
        self.folder, self.server, self.agents = folder, server, []

    @property
    def table(self):
        return next(self.folder.rglob("labels-1.sqlite3"))

    def start(self, **settings):
        """Another agent: of the same settings, it works as another process would."""
        defaults = {"min_count": 1, "strict": True, "upload_seconds": 3600, "join_hours": 1}
        settings = {"url": self.server.url, "spool_dir": str(self.folder), **defaults, **settings}
        self.agents.append(Agent(Settings(**settings)))
        return self.agents[-1]

    def session(self, **settings):
        return self.start(**settings).session("model")

    def arrived(self):
        for agent in self.agents:
            assert agent.flush(30)
        total = WindowStats()
        for part in self.server.parts():
            total.merge(part_to_stats(part))
        return total

    def until(self, true, seconds=30):
        end = time.monotonic() + seconds
        while not true(self.arrived()):
            assert time.monotonic() < end, self.arrived().counters
            time.sleep(0.02)
        return self.arrived()


@pytest.fixture
def host(tmp_path):
    server = Answering()
    made = Host(tmp_path / "spool", server)
    yield made
    for agent in made.agents:
        agent.shutdown(1)
    server.close()


class Clock:
    """Stands still until a test moves it."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()
