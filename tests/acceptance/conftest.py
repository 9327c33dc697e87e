import pytest

from .processes import Client, Collector


@pytest.fixture
def collector(tmp_path):
    started = Collector(tmp_path / "data")
    yield started
    if started.process.poll() is None:
        started.stop()


@pytest.fixture(scope="package")
def standing(tmp_path_factory):
    """A collector for tests that leave it alone; each has deployments of its own."""
    started = Collector(tmp_path_factory.mktemp("standing") / "data")
    yield started
    started.stop()


@pytest.fixture
def client(tmp_path):
    """Start clients; those that still run at the end are killed."""
    started = []

    def start(url, deployment, number=0, **options):
        started.append(Client(tmp_path, url, deployment, number, **options))
        return started[-1]

    yield start
    for each in started:
        each.kill()
