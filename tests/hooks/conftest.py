import pytest
from middleware.harness import Records

import graphsignal_mw
from graphsignal_mw.delivery import Spool
from graphsignal_mw.wire import decode

PATHS = ("/predict", "/fails", "/fails_late")


class Agent:
    """What an agent of this process, without a collector, keeps in a folder of the test."""

    def __init__(self, folder):
        self.folder = folder
        endpoints = [{"path": p, "deployment": "model", "features": "$.x", "predictions": "$.y"} for p in PATHS]
        self.settings = {"config": {"endpoints": endpoints}, "spool_dir": str(folder)}

    def part(self):
        """What would be uploaded: the statistics of the one deployment."""
        graphsignal_mw.flush()
        (path,) = self.folder.rglob("*.delta")
        (body,) = Spool(path.parent.parent, path.parent.name).read(path)
        (part,) = decode(body.data).parts
        return part


@pytest.fixture
def agent(tmp_path):
    yield Agent(tmp_path)
    graphsignal_mw.shutdown()


@pytest.fixture
def records():
    found = Records()
    yield found
    assert found.faults == []
