import pytest

from .server import Answering, Mute, Trickle


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
def trickle():
    started = Trickle()
    yield started
    started.close()
