"""Requests wait in their lane for others, decoded and let go of; nothing of them is lost, or late for who looks."""

import gzip
import json
from collections import Counter
from itertools import count

import pytest

from agent.described import NOON, captured, described, mapped, requests
from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.agent.joins import Joins
from graphsignal_mw.agent.lane import LOOKS
from graphsignal_mw.agent.passed import BURST, BURST_BYTES
from graphsignal_mw.config import Settings
from graphsignal_mw.mapping import Endpoint, Mapper, Reader
from graphsignal_mw.window import Pause, Windows
from graphsignal_mw.wire import decode

from .waiting import wait_for

ONE = {"features": "$.x", "predictions": "$.y"}
EACH = {"features": "$.x[*]", "predictions": {"y": "$.y[*]"}}
EXACT = {"min_count": 1, "significant_digits": None}


def mapper(fields=ONE):
    return Mapper(Endpoint(path="/p", deployment="m", **fields))


def passed(of, bodies):
    """Exchanges of one window with these (request, response), and what a middleware would have captured of them."""
    exchanges = requests(of, [tuple(json.dumps(side).encode() for side in pair) for pair in bodies])
    for exchange in exchanges:
        exchange.started_at = NOON + 100
    return exchanges, [captured(each) for each in exchanges]


def single(n):
    return {"x": {"a": n}}, {"y": n % 3}


def knowing(of, joins=None):
    """An intake that has seen what requests of ``of`` look like, and what it was taught with."""
    windows = Windows(window_seconds=300, **EXACT)
    intake = Intake(windows, joins)
    exchanges, captures = passed(of, [single(0)] * 4)
    intake.take(captures)
    return intake, exchanges


def looked(intake, of, n, each=2):
    """Have ``intake`` look ``n`` times, and find so many requests each time; return them."""
    found = []
    for _ in range(n):
        exchanges, captures = passed(of, [single(number) for number in range(each)])
        intake.take(captures, wait=True)
        found += exchanges
    return found


def test_requests_wait_for_others_for_some_looks_and_hold_nothing():
    of = mapper()
    intake, taught = knowing(of)
    exchanges, captures = passed(of, [single(1), single(2)])
    intake.take(captures, wait=True)
    assert intake.waits
    assert {len(each.request) + len(each.response) + len(each.headers) for each in captures} == {0}
    assert intake.totals["requests"] == len(taught)
    exchanges += looked(intake, of, LOOKS - 2)
    assert (intake.waits, intake.totals["requests"]) == (True, len(taught))
    exchanges += looked(intake, of, 1)
    assert (intake.waits, intake.totals["requests"]) == (False, len(taught) + 2 * LOOKS)
    expected = mapped(of, taught + exchanges, **EXACT)
    assert described(intake.windows.cut(final=True)) == described(expected)


def test_they_do_not_wait_where_no_others_come():
    of = mapper()
    intake, taught = knowing(of)
    looked(intake, of, 1)
    intake.take((), wait=True)
    assert (intake.waits, intake.totals["requests"]) == (False, len(taught) + 2)


@pytest.mark.parametrize("bodies", [[single(1)] * (BURST + 1), [({"x": {"a": "s" * BURST_BYTES}}, {"y": 1})]])
def test_they_do_not_wait_where_they_are_much_work(bodies):
    of = mapper()
    intake, taught = knowing(of)
    intake.take(passed(of, [({"x": {"a": "s"}}, {"y": 1})] * 4)[1])
    _, captures = passed(of, bodies)
    intake.take(captures, wait=True)
    assert (intake.waits, intake.totals["requests"]) == (False, len(taught) + 4 + len(bodies))


def test_they_do_not_wait_where_labels_may_ask_for_them(tmp_path):
    of = mapper({**ONE, "prediction_id": "$.id"})
    intake = Intake(Windows(window_seconds=300, **EXACT), Joins(Settings(join_hours=24), tmp_path))
    for _ in range(2):
        _, captures = passed(of, [({"x": {"a": 1}}, {"y": 1, "id": f"{n}"}) for n in range(3)])
        intake.take(captures, wait=True)
    assert (intake.waits, intake.totals["requests"]) == (False, 6)


def test_what_shows_only_when_both_sides_are_compared_goes_the_long_way():
    """Three instances and two predictions: the mapper pairs what it can, and counts the rest."""
    of = mapper(EACH)
    intake = Intake(Windows(window_seconds=300, **EXACT))
    whole = {"x": [{"a": 1}, {"a": 2}]}, {"y": [1, 2]}
    taught, captures = passed(of, [whole] * 4)
    intake.take(captures)
    exchanges, captures = passed(of, [whole, ({"x": [{"a": 1}, {"a": 2}, {"a": 3}]}, {"y": [1, 2]}), whole])
    intake.take(captures, wait=True)
    assert intake.waits
    intake.take()
    parts = intake.windows.cut(final=True)
    assert described(parts) == described(mapped(of, taught + exchanges, **EXACT))
    assert parts[0].counters["mismatched"] == 1


def test_an_odd_body_keeps_its_headers_and_costs_those_that_wait_nothing():
    of = mapper()
    intake, taught = knowing(of)
    first = looked(intake, of, 2)
    exchanges, _ = passed(of, [single(1), ({"x": {"a": 1, "new": 2}}, {"y": 1}), single(2)])
    odd, _ = passed(of, [single(1)])
    odd[0].request_headers = ((b"content-encoding", b"gzip"),)
    odd[0].request_body = gzip.compress(odd[0].request_body)
    intake.take([captured(each) for each in exchanges + odd], wait=True)
    last = looked(intake, of, 2)
    intake.take()
    every = taught + first + exchanges + odd + last
    assert described(intake.windows.cut(final=True)) == described(mapped(of, every, **EXACT))
    assert intake.totals["predictions"] == len(every)


def test_what_others_teach_does_not_touch_those_that_wait():
    """A body that came in several pieces is no capture any more, and may have a column that was not there before."""
    of = mapper()
    intake, taught = knowing(of)
    exchanges = looked(intake, of, 2)
    others, _ = passed(of, [({"x": {"a": 1, "new": 2.5}}, {"y": 1})] * 3)
    more, captures = passed(of, [single(2)] * 3)
    intake.take([*others, *captures], wait=True)
    intake.take()
    expected = mapped(of, taught + exchanges + others + more, **EXACT)
    assert described(intake.windows.cut(final=True)) == described(expected)
    assert not [name for name in intake.totals if name.startswith("faults")]


def test_those_that_wait_are_decoded_once(monkeypatch):
    of = mapper()
    intake, taught = knowing(of)
    looked(intake, of, 2)
    monkeypatch.delattr(Reader, "decode")
    intake.take()
    assert intake.totals == {"requests": len(taught) + 4, "predictions": len(taught) + 4}


def test_a_pause_comes_before_they_are_put_together():
    of = mapper()
    intake, _ = knowing(of)
    looked(intake, of, 2)
    seconds, slept = count(), []
    intake.windows.pause = Pause(lambda: next(seconds), slept.append)
    intake.take()
    assert len(slept) == 4  # and as with any others, before and after the burst is read, and before its window


def test_a_pause_comes_between_the_requests_of_two_endpoints():
    intake, one, other = Intake(Windows(window_seconds=300, **EXACT)), mapper(), mapper()
    for of in (one, other):
        intake.take(passed(of, [single(0)] * 4)[1])
    seconds, slept = count(), []
    intake.windows.pause = Pause(lambda: next(seconds), slept.append)
    intake.take([*passed(one, [single(1)])[1], *passed(other, [single(2)])[1]], wait=True)
    assert (len(slept), intake.waits) == (1, True)


def test_those_that_wait_go_the_long_way_after_a_defect():
    of = mapper()
    intake, taught = knowing(of)
    first = looked(intake, of, 2)
    _, captures = passed(of, [single(1)])
    captures[0].began = "noon"
    intake.take(captures, wait=True)
    assert described(intake.windows.cut(final=True)) == described(mapped(of, taught + first, **EXACT))
    assert (intake.totals["faults.TypeError"], intake.totals["dropped.internal_TypeError"]) == (2, 1)


def test_they_go_to_the_windows_of_their_own_time():
    of = mapper()
    intake, _ = knowing(of)
    exchanges, _ = passed(of, [single(n) for n in range(6)])
    for number, exchange in enumerate(exchanges):
        exchange.started_at = NOON + 100 + 300 * (number % 3)
    intake.take([captured(each) for each in exchanges], wait=True)
    assert intake.waits
    intake.take()
    found = Counter({part.bucket: part.counters["requests"] for part in intake.windows.cut(final=True)})
    assert found == {NOON: 6, NOON + 300: 2, NOON + 600: 2}


def held(pipeline, of):
    """Have some requests wait in the lanes of ``pipeline``; return how many it was given in all."""
    pipeline.intake.take(passed(of, [single(0)] * 4)[1])
    pipeline.intake.take(passed(of, [single(1)] * 3)[1], wait=True)
    assert pipeline.intake.waits
    return 7


def test_a_checkpoint_has_those_that_wait(make, tmp_path):
    pipeline = make(min_count=1).pipeline
    given = held(pipeline, mapper())
    pipeline.checkpoint()
    (saved,) = tmp_path.rglob("*.open")
    (body,) = pipeline.outbox.spool.read(saved)
    assert sum(part.counters["requests"] for part in decode(body.data).parts) == given


def test_an_upload_has_those_that_wait(make, server):
    agent = make(server.url)
    given = held(agent.pipeline, mapper())
    agent.pipeline.cut()
    assert not agent.pipeline.intake.waits
    assert agent.flush(30)
    assert server.total("requests") == given


def test_what_a_look_finds_waits(make):
    pipeline, of = make().pipeline, mapper()
    held(pipeline, of)
    pipeline.intake.take()
    pipeline.queue.light.extend(passed(of, [single(1)] * 3)[1])
    assert (pipeline.step(), pipeline.intake.waits) == (3, True)


def test_the_background_thread_leaves_none_waiting(make):
    agent, of = make(), mapper()
    given = held(agent.pipeline, of)
    agent.pipeline.start()
    agent.pipeline.queue.light.extend(passed(of, [single(1)] * 30)[1])
    wait_for(lambda: agent.stats()["requests"] == given + 30)
