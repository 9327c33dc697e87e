import subprocess
import sys
import threading
from contextlib import closing

from graphsignal_mw.store import Store

TASK = ("task", "detect")
HOLD = """
import sys
from graphsignal_mw.store import Store
with Store.open(sys.argv[1]).claimed([("task", "detect")]) as ours:
    print(ours, flush=True)
    sys.stdin.readline()
"""


def test_what_is_claimed_is_ours_until_the_block_ends(store, target):
    with closing(Store.open(target)) as other:
        alone = store.engine.dialect.name == "postgresql"  # SQLite has one process with tasks
        with store.claimed([TASK, ("x", 1)]) as ours, other.claimed([("y", 2), TASK]) as theirs:
            assert (ours, theirs) == ([True, True], [True, not alone])
        with other.claimed([TASK]) as theirs:
            assert theirs == [True]


def test_nothing_to_claim_is_all_ours(store):
    with store.claimed([]) as ours:
        assert ours == []


def test_the_claims_of_a_killed_process_end(postgresql):
    with postgresql.database() as url, closing(Store.open(url)) as store:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "[True]\n"
        assert not claim(store)
        process.kill()
        process.communicate()
        ended = threading.Event()
        for _ in range(200):
            if claim(store):
                break
            ended.wait(0.05)  # the server hears of it a moment later
        assert claim(store)


def claim(store):
    with store.claimed([TASK]) as ours:
        return ours[0]
