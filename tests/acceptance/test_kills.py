"""kill -9, again and again, under load: of the collector, and of its clients."""

import random
import time

import pytest

from .client import CHECKPOINT
from .processes import Sender

TIMES = [3, pytest.param(20, marks=pytest.mark.full)]
SLACK = 1.0  # seconds: the threads of a client on a busy machine


@pytest.mark.parametrize("times", TIMES)
def test_a_collector_that_is_killed_has_every_acknowledged_delta_once(collector, client, times):
    chance = random.Random(times)
    clients = [client(collector.url, "logged", number) for number in range(2)]
    senders = [Sender(collector.url, f"sender-{number}", "sent") for number in range(3)]
    for sender in senders:
        sender.start()
    for kill in range(times):
        for sender in senders:
            sender.most = 20 * kill + 100
        collector.until(lambda least=20 * (kill + 1): min(len(sender.acknowledged) for sender in senders) > least)
        time.sleep(chance.uniform(0, 0.1))  # anywhere in the work of an upload
        collector.kill()
        before = {sender.boot_id: set(sender.acknowledged) for sender in senders}
        for boot_id, acknowledged in before.items():
            assert acknowledged <= collector.identities(boot_id)
        collector.start()
    for sender in senders:
        sender.end()
    assert collector.rows("PRAGMA integrity_check") == [("ok",)]
    sent = 10 * sum(len(sender.acknowledged) for sender in senders)
    assert 10 * collector.rows("SELECT count(*) FROM deltas WHERE boot_id LIKE 'sender-%'")[0][0] == sent
    assert collector.settled("sent", sent) == sent
    logged = sum(each.end() for each in clients)
    assert collector.settled("logged", logged) == logged


@pytest.mark.parametrize("times", TIMES)
def test_a_client_that_is_killed_loses_no_more_than_a_checkpoint_interval(collector, client, times):
    chance = random.Random(times)
    least = most = 0
    for number in range(times):
        # Every other one uploads nothing before it dies: what is left of it are its checkpoints.
        killed = client(collector.url, "model", number, upload_seconds=0.4 if number % 2 else 3600)
        collector.until(lambda killed=killed: killed.has_logged(2500))
        time.sleep(chance.uniform(0, CHECKPOINT))
        killed.kill()
        lines = killed.lines()
        most += lines[-1][0] + 5  # the last line may not have been written
        least += max((n for n, at in lines if at < lines[-1][1] - CHECKPOINT - SLACK), default=0)
    last = client(collector.url, "model", times)
    collector.until(lambda: last.has_logged(5))
    logged = last.end()
    found = collector.settled("model", least + logged)
    assert least + logged <= found <= most + logged
    assert least > 0
