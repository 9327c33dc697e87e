import pytest


@pytest.fixture
def url(postgresql):
    """An empty database of PostgreSQL."""
    with postgresql.database() as made:
        yield made
