import os

import pytest
from collector.service import Service
from delivery.server import Answering, Mute

import graphsignal_mw as graphsignal
from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings


@pytest.fixture
def server():
    started = Answering()
    yield started
    started.close()


@pytest.fixture
def mute():
    started = Mute()
    yield started
    started.close()


@pytest.fixture
def service(tmp_path):
    started = Service(tmp_path / "data")
    yield started
    started.stop()


@pytest.fixture
def make(tmp_path):
    """Makes agents that upload only when told."""
    made = []

    def agent(url=None, **settings):
        chosen = {"spool_dir": str(tmp_path / "spool"), "upload_seconds": 3600, "checkpoint_seconds": 3600, **settings}
        made.append(Agent(Settings(url=url, **chosen)))
        return made[-1]

    yield agent
    for each in made:
        each.shutdown(0.2)


@pytest.fixture
def package(monkeypatch, tmp_path):
    """The module as users know it, not configured by the environment of the tests."""
    for name in [name for name in os.environ if name.startswith("GRAPHSIGNAL_MW_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRAPHSIGNAL_MW_SPOOL_DIR", str(tmp_path / "spool"))
    graphsignal.shutdown(0)
    yield graphsignal
    graphsignal.shutdown(0.2)
