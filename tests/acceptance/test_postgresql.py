"""kill -9 of PostgreSQL under its collector, and of one of two collectors on it: every delta counts once."""

import os
import time
from contextlib import closing

import pytest
from store.cluster import LASTING, MISSING, Cluster, programs
from store.test_collectors import tables

from graphsignal_mw.store import Store
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, unpack_part

from .processes import Replica, Sender
from .proxy import Balancer

TIMES = [1, pytest.param(20, marks=pytest.mark.full)]
EVER = (0, 2**40)


@pytest.fixture
def cluster():
    if programs() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    started = Cluster(LASTING)
    yield started
    started.stop()


@pytest.fixture
def replica(tmp_path):
    """Start collectors on one database; those that still run at the end are stopped."""
    started = []

    def start(url):
        started.append(Replica(tmp_path / f"replica{len(started)}", url))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop()


@pytest.mark.parametrize("times", TIMES)
def test_a_killed_postgresql_costs_no_acknowledged_delta(cluster, replica, client, times):
    """Its collector refuses for now, its clients wait, and all go on by themselves when it is back."""
    with cluster.database() as url:
        collector = replica(url)
        logging = client(collector.url, "logged")
        senders = [Sender(collector.url, f"sender-{number}", "sent") for number in range(3)]
        for sender in senders:
            sender.start()
        for kill in range(times):
            for sender in senders:
                sender.most = 20 * kill + 40
                sender.statuses.clear()
            collector.until(lambda least=20 * (kill + 1): min(len(sender.acknowledged) for sender in senders) > least)
            cluster.kill()
            before = {sender.boot_id: set(sender.acknowledged) for sender in senders}
            collector.until(lambda: 503 in set().union(*(sender.statuses for sender in senders)))
            assert collector.client.get("/readyz").status_code == 503
            assert collector.client.get("/healthz").status_code == 200
            cluster.start()
            collector.until(collector.answers)
            for boot_id, acknowledged in before.items():
                assert acknowledged <= collector.identities(boot_id)
        for sender in senders:
            sender.end()
            assert sender.statuses <= {200, 503}
        sent = 10 * sum(len(sender.acknowledged) for sender in senders)
        assert collector.settled("sent", sent) == sent
        logged = logging.end()
        assert collector.settled("logged", logged) == logged
        collector.stop()


@pytest.mark.parametrize("clients", [2, pytest.param(10, marks=pytest.mark.full)])
def test_clients_do_not_notice_that_one_of_two_collectors_is_killed(postgresql, replica, client, tmp_path, clients):
    with postgresql.database() as url:
        one, other = replica(url), replica(url)
        balancer = Balancer(*(int(each.url.rpartition(":")[2]) for each in (one, other)))
        running = [client(balancer.url, "logged", number, upload_seconds=1) for number in range(clients)]
        for each in (one, other):
            each.until(lambda each=each: 'uploads_total{result="accepted"}' in each.client.get("/metrics").text)
        before = other.predictions("logged")
        one.kill()
        other.until(lambda: other.predictions("logged") > before + 500)
        logged = sum(each.end() for each in running)
        balancer.close()
        assert other.settled("logged", logged) == logged
        other.stop()
        with closing(Store.open(url)) as postgresql_store, closing(Store.open(tmp_path / "again")) as sqlite:
            upload_again(other, sqlite)
            agree(postgresql_store, sqlite)


def upload_again(replica, store):
    """Upload to ``store`` what ``replica`` has got."""
    assert replica.rows("SELECT count(*) FROM bases") == [(0,)]  # else parts are gone
    uploads = {}
    for boot_id, seq, data in replica.rows("SELECT boot_id, seq, data FROM parts ORDER BY boot_id, seq, position"):
        uploads.setdefault((boot_id, seq), []).append(unpack_part(data))
    for (boot_id, seq), parts in uploads.items():
        store.ingest("default", Envelope(SCHEMA_VERSION, boot_id, seq, time.time(), 300, parts), time.time())
    while store.compact():
        pass


def agree(one, other):
    """Counts and moments are the same, quantiles within the error of their sketches."""
    mine, theirs = tables(one), tables(other)
    for name in ("windows", "columns"):
        assert mine[name] == theirs[name]
        assert mine[name]
    for found, expected in zip(*(store.columns("default", "logged", *EVER) for store in (one, other)), strict=True):
        column, same = found[2], expected[2]
        assert column.frequent.counts == same.frequent.counts
        for share in (0.01, 0.25, 0.5, 0.75, 0.99) if column.quantiles.n else ():
            assert abs(float(same.quantiles.cdf(column.quantiles.quantiles([share]))[0]) - share) < 0.03
