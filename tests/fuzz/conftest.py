import logging

import pytest


@pytest.fixture(autouse=True, scope="package")
def silence():
    """Frameworks log every error that a plan makes: hundreds of thousands in an hour."""
    before = logging.root.manager.disable
    logging.disable()
    yield
    logging.disable(before)
