"""A network that cuts, delays, answers for others and loses answers: every delta arrives, and counts once."""

import random
import threading

import httpx2
import pytest
from collector.service import HEADERS, PATH, upload

from graphsignal_mw.wire import encode

from .processes import Sender
from .proxy import Proxy

TROUBLES = ["cut request", "cut answer", "late", "500", "refused"]


@pytest.fixture
def proxy(standing):
    started = Proxy(int(standing.url.rpartition(":")[2]))
    yield started
    started.close()


def test_every_delta_arrives_once_through_a_network_that_fails(standing, client, proxy):
    proxy.troubles = [*TROUBLES, "pass"]
    clients = [client(proxy.url, "logged", number) for number in range(2)]
    senders = [Sender(proxy.url, f"sender-{number}", "sent") for number in range(3)]
    for sender in senders:
        sender.start()
    standing.until(lambda: min(proxy.met[trouble] for trouble in TROUBLES) >= 3)
    standing.until(lambda: sum(len(sender.acknowledged) for sender in senders) >= 20)
    proxy.troubles = []
    for sender in senders:
        sender.end()
    logged = sum(each.end() for each in clients)
    assert standing.settled("logged", logged) == logged
    for sender in senders:
        assert standing.identities(sender.boot_id) == sender.acknowledged
    sent = 10 * sum(len(sender.acknowledged) for sender in senders)
    assert standing.settled("sent", sent) == sent
    assert sum(sender.duplicates for sender in senders) > 0  # answers were lost, and their deltas came again


def test_an_outage_of_the_network_loses_nothing(standing, client, proxy):
    proxy.troubles = ["refused"]
    logging = client(proxy.url, "outage")
    standing.until(lambda: logging.has_logged(1000) and proxy.met["refused"] >= 2)
    assert standing.predictions("outage") == 0
    proxy.troubles = []
    logged = logging.end()
    assert standing.settled("outage", logged) == logged


def test_repeated_and_reordered_uploads_count_once(standing):
    bodies = {seq: encode(upload(seq, deployment="reordered")) for seq in range(40)}
    new = []

    def send(order):
        with httpx2.Client(base_url=standing.url, trust_env=False, timeout=30) as http:
            for seq in order:
                answer = http.post(PATH, content=bodies[seq], headers=HEADERS)
                assert answer.status_code == 200
                new.extend([] if answer.json()["duplicate"] else [seq])

    orders = [random.Random(seed).sample(range(40), 40) for seed in range(4)]
    threads = [threading.Thread(target=send, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(new) == list(range(40))
    assert standing.settled("reordered", 400) == 400
