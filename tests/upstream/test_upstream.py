"""The test suites of others have the same outcomes with us around every app that they make.

By default a part of each, which `suites.py` names: Flask and Werkzeug whole, the requests, responses, forms and
middleware of Starlette, the tutorials of bodies, files and dependencies of FastAPI, request bodies of Falcon. With the
mark ``full`` everything. The first run makes an environment for each suite in the cache folder of the user.
"""

import pytest

from .environment import SuiteEnvironment
from .runs import Run
from .suites import SUITES

FULL = [pytest.param(False, id="part"), pytest.param(True, id="whole", marks=pytest.mark.full)]


@pytest.fixture(scope="module", params=FULL)
def full(request):
    return request.param


@pytest.fixture(scope="module", params=SUITES.values(), ids=SUITES)
def suite(request):
    return SuiteEnvironment(request.param).make()


@pytest.fixture(scope="module")
def bare(suite, full):
    run = Run(suite, "bare", full=full)
    assert run.summary["passed"] > 10 * run.summary["failed"], run.said
    assert not run.counts
    return run


def test_with_nothing_configured_each_test_has_the_outcome_that_it_has_without_us(suite, full, bare):
    run = Run(suite, "nothing", full=full)
    assert run.differs_from(bare) == {}, run.said
    assert run.counts.keys() == {"wrapped"}


def test_with_everything_captured_each_test_has_the_outcome_that_it_has_without_us(suite, full, bare):
    run = Run(suite, "everything", full=full)
    assert run.differs_from(bare) == {}, run.said
    assert run.counts.keys() == {"wrapped", "captured"}  # and no faults
