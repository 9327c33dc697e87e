from graphsignal_mw.agent.items import Counted, Logged
from graphsignal_mw.agent.refused import MAX_NAMES, Refused
from graphsignal_mw.records import ExceptionEvent

from .traffic import FIXED, NAMED, mapper, request


def test_drops_are_counted_by_deployment_and_say_whose_the_name_is():
    refused = Refused()
    for item in [request(mapper(FIXED))] * 3 + [request(mapper(NAMED), name="x"), Logged("m", {}, ExceptionEvent("E"))]:
        refused.add(item)
    refused.count("m", "dropped.reentrant", 20)
    assert refused.totals() == {"dropped.queue_full": 5, "dropped.reentrant": 20}
    assert refused.take() == [
        Counted("model", "dropped.queue_full", 3),
        Counted("x", "dropped.queue_full", 1, proven=False),
        Counted("m", "dropped.queue_full", 1),
        Counted("m", "dropped.reentrant", 20),
    ]
    assert (refused.take(), refused.totals()) == ([], {})


def test_invented_names_take_bounded_memory_and_stay_counted():
    refused, named = Refused(), mapper(NAMED)
    for number in range(3 * MAX_NAMES):
        refused.add(request(named, name=f"invented{number}"))
    assert refused.totals() == {"dropped.queue_full": 3 * MAX_NAMES}
    counts = refused.take()
    assert len(counts) == MAX_NAMES + 1
    assert counts[-1] == Counted("", "dropped.queue_full", 2 * MAX_NAMES, proven=False)
