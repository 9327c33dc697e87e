import pytest
from delivery.server import Answering

from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import part_to_stats


class Logged:
    """A session of a real agent, and what arrives of it at the other end of a socket."""

    def __init__(self, agent, server, deployment="model"):
        self.agent, self.server, self.deployment = agent, server, deployment
        self.session = agent.session(deployment)

    def stats(self):
        assert self.agent.flush(30)
        total = WindowStats()
        for part in self.server.parts():
            if part.deployment == self.deployment:
                total.merge(part_to_stats(part))
        return total


@pytest.fixture
def start(tmp_path):
    made = []

    def begin(**settings):
        server = Answering()
        settings = {"min_count": 1, "strict": True, "upload_seconds": 3600, **settings}
        agent = Agent(Settings(url=server.url, spool_dir=str(tmp_path / "spool"), **settings))
        made.append((agent, server))
        return Logged(agent, server)

    yield begin
    for agent, server in made:
        agent.shutdown(1)
        server.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One agent for the tests of a file: each has a deployment of its own, one of the hundred of a process."""
    server = Answering()
    settings = {"min_count": 1, "upload_seconds": 3600, "max_cpu_share": 1.0}
    agent = Agent(Settings(url=server.url, spool_dir=str(tmp_path_factory.mktemp("spool")), **settings))
    yield lambda deployment: Logged(agent, server, deployment)
    agent.shutdown(1)
    server.close()


@pytest.fixture
def strict(start):
    return start()


@pytest.fixture
def lenient(start):
    return start(strict=False)
