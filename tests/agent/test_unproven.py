from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.agent.items import Counted
from graphsignal_mw.agent.unproven import MAX_WAITING, Request, Unproven
from graphsignal_mw.records import Mapped
from graphsignal_mw.window import Windows

from .traffic import FIXED, NAMED, mapper, request

MINUTE = 1_700_000_000


def windows_of(intake):
    return {(part.deployment, part.bucket): part.counters for part in intake.windows.cut()}


def make():
    return Intake(Windows(window_seconds=60))


def test_failures_before_any_success_create_no_deployment_of_a_name_from_the_path():
    intake, named = make(), mapper(NAMED)
    intake.take(request(named, status, name) for name in ("../etc", "x" * 300, "a") for status in (404, 422, 500, None))
    assert (windows_of(intake), len(intake.unproven), intake.totals) == ({}, 12, {})


def test_the_first_success_brings_what_came_before_it_in_its_own_time():
    intake, named = make(), mapper(NAMED)
    intake.take([request(named, 422, "a"), request(named, 422, "b"), request(named, 500, "a", started_at=MINUTE + 60)])
    intake.take([request(named, 200, "a", started_at=MINUTE + 120), request(named, 422, "a", started_at=MINUTE + 120)])
    found = windows_of(intake)
    assert {key: (c["requests"], c.get("rejected", 0), c.get("exceptions", 0)) for key, c in found.items()} == {
        ("a", MINUTE - 20): (1, 1, 0),
        ("a", MINUTE + 40): (1, 0, 1),
        ("a", MINUTE + 100): (2, 1, 0),
    }
    assert (len(intake.unproven), intake.totals["requests"]) == (1, 4)


def test_a_name_of_the_users_own_needs_no_success():
    """A model that fails from its start on must be seen to fail."""
    intake = make()
    intake.take([request(mapper(FIXED), 500), request(mapper(FIXED), 422)])
    ((_, counters),) = windows_of(intake).items()
    assert (counters["requests"], counters["exceptions"], counters["rejected"]) == (2, 1, 1)


def test_a_header_in_the_name_is_the_clients_too():
    intake = make()
    of = mapper(FIXED, deployment="m-$request.headers.x-model")
    intake.take([request(of, 422, request_headers=[(b"x-model", b"evil")])])
    assert windows_of(intake) == {}
    intake.take([request(of, 200, request_headers=[(b"x-model", b"good")])])
    assert [name for name, _ in windows_of(intake)] == ["m-good"]


def test_many_invented_names_are_given_up_and_counted_and_take_no_place_of_a_real_one():
    intake, named = make(), mapper(NAMED)
    for start in range(0, 3000, 64):
        intake.take(request(named, 404, f"invented{n}") for n in range(start, start + 64))
    assert len(intake.unproven) == MAX_WAITING
    assert intake.totals["dropped.unknown_deployment"] == 3008 - MAX_WAITING
    intake.take(request(named, 200, f"real{n}") for n in range(100))
    assert len(windows_of(intake)) == 100


def test_counts_of_dropped_requests_wait_for_a_success_as_well():
    intake, named = make(), mapper(NAMED)
    dropped = Counted("a", "dropped.queue_full", 7, proven=False)
    intake.take([dropped, Counted("invented", "dropped.queue_full", 2, proven=False), request(named, 422, "a")])
    assert windows_of(intake) == {}
    intake.take([request(named, 200, "a")])
    assert sum(c.get("dropped.queue_full", 0) for c in windows_of(intake).values()) == 7
    assert intake.totals["dropped.queue_full"] == 9
    intake.take([dropped])
    assert sum(c.get("dropped.queue_full", 0) for c in windows_of(intake).values()) == 7


def test_what_waits_keeps_no_bodies_and_no_headers():
    intake = make()
    intake.take([request(mapper(NAMED), 422)])
    (waiting,) = intake.unproven.release("a")
    kept = waiting.exchange
    assert (kept.request_body, kept.response_body, kept.request_headers, kept.response_headers) == (b"", b"", (), ())


def test_the_oldest_is_given_up_first():
    unproven = Unproven(most=3)
    waiting = [Request(request(mapper(NAMED), 422, name), Mapped(name, {})) for name in "aabb"]
    assert [unproven.hold(each.mapped.deployment, each) for each in waiting] == [[], [], [], [waiting[0]]]
    assert list(unproven.release("a")) == [waiting[1]]
    assert (len(unproven), len(unproven.release("a")), list(unproven.release("b"))) == (2, 0, waiting[2:])
    assert len(unproven) == 0
