import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import func, select

from graphsignal_mw.store import Store, schema
from graphsignal_mw.store.span import WindowKey

from .envelopes import BUCKET, envelope, window

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


def test_a_claim_ends_when_its_block_fails(store, target):
    with pytest.raises(ZeroDivisionError), store.claimed([TASK]):
        raise ZeroDivisionError
    with closing(Store.open(target)) as other:
        assert claim(other)


def test_claims_that_have_ended_take_no_room(store):
    for number in range(3):
        with store.claimed([TASK, ("window", number)]):
            pass
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.claims)).scalar_one() == 0


def test_claims_are_not_written_to_the_log_of_postgresql(postgresql):
    with postgresql.database() as url, closing(Store.open(url)) as store, store.read() as connection:
        kind = connection.exec_driver_sql("SELECT relpersistence FROM pg_class WHERE relname = 'claims'").scalar_one()
    assert kind == "u"


def test_an_upload_does_not_wait_for_who_has_claimed_its_window(store, target):
    store.ingest("default", envelope(window(), seq=1), 1.0)
    with (
        closing(Store.open(target)) as other,
        ThreadPoolExecutor(1) as pool,
        store.claimed([WindowKey("default", "model", BUCKET, "")]),
    ):
        assert pool.submit(other.ingest, "default", envelope(window(), seq=2), 1.0).result(timeout=20)


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
