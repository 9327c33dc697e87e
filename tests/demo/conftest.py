import pytest

from graphsignal_mw.demo.data import load_flights
from graphsignal_mw.demo.model import train


@pytest.fixture(scope="package")
def flights():
    """All flights of 2013 that were not cancelled."""
    return load_flights()


@pytest.fixture(scope="package")
def model(flights):
    """The model of the demo, trained once."""
    return train(flights)
