import pytest

from .server import Answering, Mute


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
