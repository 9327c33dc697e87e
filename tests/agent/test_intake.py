import itertools
import json
import time
from collections import Counter

import pytest

from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.agent.items import Counted, Logged
from graphsignal_mw.records import ExceptionEvent, GroundTruth, Prediction, Table
from graphsignal_mw.window import Pause, Windows

from .traffic import mapper, request

NOW = 1_700_000_000 // 300 * 300


def parts(intake):
    return {part.bucket: part for part in intake.windows.cut()}


def intake():
    return Intake(Windows(window_seconds=300))


def test_each_record_goes_to_the_window_of_its_own_time():
    taking = intake()
    times = [NOW, NOW + 299.9, NOW + 300, NOW - 1]
    taking.take(Logged("m", {}, Prediction({}, {"y": 1}, timestamp=t)) for t in times)
    taking.take([Logged("m", {}, GroundTruth(True, True, timestamp=NOW + 300))])
    found = parts(taking)
    assert {bucket: part.counters["predictions"] for bucket, part in found.items()} == {
        NOW: 2,
        NOW + 300: 1,
        NOW - 300: 1,
    }
    assert found[NOW + 300].counters["ground_truths"] == 1


def test_the_rows_of_a_batch_go_to_the_windows_of_their_own_times():
    taking = intake()
    times = [NOW + 300, NOW, NOW + 301, NOW + 1, NOW + 2]
    table = Table(5, {"x": [5, 1, 6, 2, 3]}, [{"y": 1}] * 5, [("a=1",), ("a=2",), ("a=1",), (), ()], times)
    taking.take_table("m", {"model_version": "7"}, table, lambda: None)
    found = parts(taking)
    assert {b: (p.counters["predictions"], p.version) for b, p in found.items()} == {NOW: (3, "7"), NOW + 300: (2, "7")}
    assert found[NOW + 300].segments["a=1"].counters == {"predictions": 2}
    assert set(found[NOW].segments) == {"a=2"}


def test_exceptions_and_counts_happen_now():
    taking = intake()
    taking.take([Logged("m", {}, ExceptionEvent("E")), Counted("m", "dropped.queue_full", 3)])
    (part,) = parts(taking).values()
    assert abs(part.bucket - time.time()) < 400
    assert (part.counters["exceptions"], part.counters["dropped.queue_full"]) == (1, 3)
    assert taking.totals == {"exceptions": 1, "dropped.queue_full": 3}


def test_a_deployment_too_many_is_counted():
    taking = intake()
    taking.take(Logged(f"m{n}", {}, Prediction({}, {})) for n in range(103))
    assert taking.totals["dropped.deployment_limit"] == 3
    taking.take_table("another", {}, Table(7, {}, {"y": [1] * 7}), lambda: None)
    assert taking.totals["dropped.deployment_limit"] == 10


class Odd(dict):
    """Features that break whoever counts them."""

    def __len__(self):
        raise ZeroDivisionError


def test_a_record_that_cannot_be_added_costs_no_other_and_is_counted_with_its_window():
    taking = intake()
    odd = Odd()
    odd["x"] = 1
    taking.take(
        [
            *(Logged("good", {}, Prediction({"x": 1}, {"y": 1}, timestamp=NOW)) for _ in range(3)),
            Logged("bad", {}, Prediction({"x": 1}, {"y": 1}, timestamp=NOW)),
            Logged("bad", {}, Prediction(odd, {"y": 1}, timestamp=NOW)),
            Logged("later", {}, Prediction({"x": 1}, {"y": 1}, timestamp=NOW)),
        ]
    )
    found = {part.deployment: part.counters for part in taking.windows.cut()}
    assert (found["good"]["predictions"], found["later"]["predictions"]) == (3, 1)
    assert {name: n for name, n in found["bad"].items() if n} == {
        "predictions": 1,
        "dropped.internal_ZeroDivisionError": 1,
    }
    assert taking.totals["dropped.internal_ZeroDivisionError"] == 1


def test_a_record_that_cannot_be_mapped_is_counted_with_its_deployment():
    taking, of = intake(), mapper(metadata={"model_version": "$request.headers.x-version"})
    taking.take([request(of, params=None), request(of, request_headers=7), object()])
    found = Counter()
    for part in taking.windows.cut():
        assert part.deployment == "model"
        found.update(part.counters)
    assert (found["requests"], found["dropped.internal_TypeError"]) == (1, 1)
    assert taking.totals["dropped.internal_AttributeError"] == 1


def test_a_body_that_stops_the_short_way_costs_no_request():
    """A number is no body of any server: a defect, and the mapper takes what comes from then on."""
    taking, of = intake(), mapper()
    for _ in range(2):  # what the first have, the short way knows for those that follow
        taking.take([request(of) for _ in range(4)])
    taking.take([request(of), request(of, request_body=7), request(of)])
    taking.take([request(of), request(of, request_body=7)])  # the short way, where it would be a second one, is closed
    found = Counter()
    for part in taking.windows.cut():
        found.update(part.counters)
    assert (found["requests"], found["predictions"], found["dropped.internal_TypeError"]) == (11, 11, 2)
    assert taking.totals["faults.TypeError"] == 1


@pytest.mark.parametrize(("requests", "size", "pauses"), [(300, 1, 7), (10, 20_000, 21), (300, 0, 301)])
def test_a_slice_is_taken_in_pieces_between_which_others_may_work(requests, size, pauses):
    """Before and after each burst is parsed, by number and by size; what is mapped (here, for its failure) one by one.

    And before all is put into its window.
    """
    seconds, slept = itertools.count(), []
    taking = Intake(Windows(window_seconds=300, pause=Pause(lambda: next(seconds), slept.append)))
    body = json.dumps({"x": {"a": "a" * size}}).encode()
    of, status = mapper(), 200 if size else 500
    taking.take([request(of, request_body=body, status=status) for _ in range(requests)])
    assert len(slept) == pauses
    assert taking.totals["requests"] == requests


def test_what_is_sampled_out_counts_as_a_request_with_its_latency_and_nothing_looks_into_it():
    taking, of = intake(), mapper(metadata={"model_version": "$request.headers.x-version"})
    version = [(b"x-version", b"3")]
    taking.take(
        [
            request(of, request_headers=version, request_body=b"", request_state="sampled", response_state="sampled"),
            request(of, request_headers=version),
        ]
    )
    (part,) = taking.windows.cut()
    assert (part.deployment, part.version, part.latency.moments.n) == ("model", "3", 2)
    assert {name: n for name, n in part.counters.items() if n} == {"requests": 2, "sampled": 1, "predictions": 1}
    assert taking.totals["sampled"] == 1
