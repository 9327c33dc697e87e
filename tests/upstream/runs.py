"""A suite's tests, run without us and with us, and what differs.

python tests/upstream/runs.py starlette flask          the part that is run by default
python tests/upstream/runs.py --full fastapi           all of it; without names all suites of the table
python tests/upstream/runs.py --full --suite 'webtest==3.0.7' --needs '.[tests]' \
        --patch 'wsgi webtest.app:TestApp.__init__(app)'   one that is not in the table
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as a script: the folder that pytest knows too

from upstream.environment import SuiteEnvironment
from upstream.suites import SUITES, Suite

MODES = ("bare", "nothing", "everything")
MINUTES = 30  # that a run of a whole suite may take


class Run:
    """The outcome of each test in one mode; how many requests were wrapped, captured, and spoilt by us."""

    def __init__(self, environment, mode, *, full):
        suite = environment.suite
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            told = {
                "UPSTREAM_MODE": mode,
                "UPSTREAM_PATCHES": ",".join(suite.patches),
                "UPSTREAM_REPORT": str(report),
                "GRAPHSIGNAL_MW_SPOOL_DIR": str(Path(folder) / "spool"),
                "PYTHONPATH": str(Path(__file__).parent),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            files = (suite.whole if full else suite.part).split()
            words = ("-m", "pytest", "-q", "-p", "plugin", "-p", "no:cacheprovider", "--timeout=60", *files)
            self.said = subprocess.run(
                [environment.python, *words],
                check=False,
                cwd=environment.source,
                env={**clean_environ(), **told},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60 * MINUTES,
            ).stdout
            assert report.exists(), self.said
            found = json.loads(report.read_text())
        self.outcomes, self.counts = found["outcomes"], Counter(found["counts"])

    @property
    def summary(self):
        return Counter(self.outcomes.values())

    def differs_from(self, other):
        """The tests with another outcome: ``{test: (other's, ours)}``."""
        tests = self.outcomes.keys() | other.outcomes.keys()
        pairs = {test: (other.outcomes.get(test), self.outcomes.get(test)) for test in sorted(tests)}
        return {test: pair for test, pair in pairs.items() if pair[0] != pair[1]}


def clean_environ():
    """What the machine has set, without what would reach into the tests of others."""
    ours = ("PYTEST_", "COV_", "COVERAGE_", "GRAPHSIGNAL_", "VIRTUAL_ENV", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--suite", help="a requirement, with its version")
    parser.add_argument("--needs", default=".")
    parser.add_argument("--patch", action="append", default=[])
    parser.add_argument("--tests", default="tests")
    given = parser.parse_args()
    suites = [SUITES[name] for name in given.names or ([] if given.suite else SUITES)]
    if given.suite:
        suites.append(Suite(given.suite, given.needs, tuple(given.patch), given.tests, given.tests))
    sys.exit(sum([tell(suite, full=given.full) for suite in suites]))


def tell(suite, *, full):
    """Print what the runs of a suite have shown; return how many tests differ."""
    environment = SuiteEnvironment(suite).make()
    bare = Run(environment, MODES[0], full=full)
    print(f"{suite.requirement} without us: {dict(bare.summary)}", flush=True)
    different = 0
    for mode in MODES[1:]:
        run = Run(environment, mode, full=full)
        found = run.differs_from(bare)
        different += len(found)
        print(f"  {mode}: {dict(run.summary)}, {dict(run.counts)}, {len(found)} tests differ", flush=True)
        for test, (without, with_us) in found.items():
            print(f"    {test}: {without} without us, {with_us} with us")
    return different


if __name__ == "__main__":
    main()
