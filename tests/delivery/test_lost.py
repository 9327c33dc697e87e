import time

from graphsignal_mw.delivery import Body, to_bodies
from graphsignal_mw.delivery.lost import Lost
from graphsignal_mw.wire import Part

NOW = int(time.time()) // 300 * 300


def bodies(**counters):
    parts = [Part("a", NOW, counters=counters), Part("b", NOW, counters={"requests": 1})]
    return to_bodies(parts, boot_id="boot-0001", seq=0, window_seconds=300)


def test_what_was_in_a_delta_is_counted_by_deployment_and_reason():
    lost = Lost()
    lost.add("spool_full", bodies(requests=3, predictions=30))
    lost.add("spool_full", bodies(predictions=4, ground_truths=2))
    lost.add("refused", bodies())
    assert lost.take() == {("a", "spool_full"): 9, ("b", "spool_full"): 2, ("b", "refused"): 1}
    assert lost.take() == {}


def test_what_cannot_be_read_is_nobodys():
    lost = Lost()
    lost.add("spool_age", [Body(0, b"odd"), *bodies(requests=1)])
    assert lost.take() == {("a", "spool_age"): 1, ("b", "spool_age"): 1}
