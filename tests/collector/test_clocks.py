"""Wrong clocks: an issue that opens at once, says whose clock it is, and ends by itself."""

import re
import time
from email.utils import formatdate

import pytest

from graphsignal_mw.collector.clocks import SILENT, ClockWatch, Reading, judged
from graphsignal_mw.store import CLOCK, Issue
from graphsignal_mw.tasks import run_detection
from graphsignal_mw.wire import encode

from .conftest import HEADERS, PATH
from .service import upload

NOW = 1_764_000_000.0
HOUR = 3600


def reading(ahead, at=NOW, process="boot-0001", client="python/1.0"):
    return Reading(process, client, ahead, at, 300)


def told(*readings, issue=None):
    """The issue after some readings."""
    for each in readings:
        issue = judged(issue, "model", each) or issue
    return issue


@pytest.mark.parametrize("ahead", [0, 60, 120, -120])
def test_a_clock_that_is_right_enough_is_no_issue(ahead):
    assert told(reading(ahead)) is None


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (420, "7 minutes ahead"),
        (-150, "2.5 minutes behind"),
        (-3 * HOUR, "3 hours behind"),
        (10 * 86400, "10 days ahead"),
    ],
)
def test_a_wrong_clock_is_an_issue_that_says_whose_and_how_wrong(ahead, said):
    issue = told(reading(ahead))
    assert (issue.family, issue.deployment, issue.opened, issue.resolved) == (CLOCK, "model", NOW, None)
    assert f"that of boot-0001 is {said}." in issue.explanation
    assert [(each["ahead"], each["client"]) for each in issue.evidence["processes"]] == [(ahead, "python/1.0")]


def test_one_odd_upload_is_of_low_severity_and_a_second_of_the_same_process_is_not():
    odd = told(reading(HOUR), reading(HOUR, process="boot-0002"))
    assert odd.severity == "low"
    assert told(reading(HOUR, NOW + 5), issue=odd).severity == "medium"


def test_uploads_that_say_nothing_new_change_nothing_for_a_minute():
    issue = told(reading(HOUR), reading(HOUR, NOW + 1))
    assert judged(issue, "model", reading(HOUR + 5, NOW + 2)) is None
    assert judged(issue, "model", reading(2 * HOUR, NOW + 2)) is not None
    assert judged(issue, "model", reading(HOUR, NOW + 62)).updated == NOW + 62


def test_the_issue_ends_when_the_process_has_the_right_time():
    issue = told(reading(HOUR), reading(0, NOW + 60))
    assert issue.resolved == NOW + 60
    assert told(reading(HOUR, NOW + 90), issue=issue).opened == NOW + 90


def test_a_clock_at_the_edge_neither_opens_nor_ends_an_issue():
    issue = told(reading(HOUR))
    assert judged(issue, "model", reading(100, NOW + 60)) is None


def test_the_issue_lasts_while_another_process_is_wrong_and_sends():
    issue = told(reading(HOUR), reading(-HOUR, process="boot-0002"))
    assert "2 processes have wrong clocks" in issue.explanation
    one = told(reading(0, NOW + 60), issue=issue)
    assert one.resolved is None
    assert "boot-0001" not in one.explanation
    assert judged(one, "model", reading(0, NOW + 61, process="boot-0003")) is None


def test_a_process_that_sends_no_more_does_not_keep_the_issue_open():
    """Whoever mends a clock restarts the process: it comes back under another number."""
    issue = told(reading(HOUR))
    assert told(reading(0, NOW + SILENT, process="boot-0002"), issue=issue).resolved is None
    assert told(reading(0, NOW + SILENT + 1, process="boot-0002"), issue=issue).resolved is not None


def test_many_processes_are_counted_and_not_all_named():
    issue = told(*(reading(HOUR, process=f"boot-{n:04}") for n in range(60)))
    assert "47 more" in issue.explanation
    assert len(issue.evidence["processes"]) == 50


@pytest.mark.parametrize("decision", ["resolve", "accept"])
def test_what_a_person_decided_holds_for_the_processes_that_were_seen_then(decision):
    issue = told(reading(HOUR))
    issue.decision, issue.resolved = decision, int(NOW + 10)
    assert told(reading(HOUR, NOW + 90), issue=issue).opened == NOW
    assert told(reading(HOUR, NOW + 90, process="boot-0002"), issue=issue).opened == NOW + 90


@pytest.mark.parametrize("decision", ["acknowledge", "mute"])
def test_what_was_muted_and_is_over_opens_anew(decision):
    issue = told(reading(HOUR), reading(0, NOW + 10))
    issue.decision = decision
    assert told(reading(HOUR, NOW + 90), issue=issue).opened == NOW + 90


def send(caller, number, ahead, deployment="model"):
    headers = {**HEADERS, "Date": formatdate(time.time() + ahead, usegmt=True)}
    answer = caller.post(PATH, content=encode(upload(number, deployment=deployment)), headers=headers)
    assert answer.status_code == 200


def test_uploads_open_confirm_and_end_an_issue_that_page_and_api_show(app, caller, store):
    send(caller, 0, 0)
    assert caller.get("/api/v1/issues").json() == []
    send(caller, 1, HOUR)
    (issue,) = caller.get("/api/v1/issues").json()
    assert (issue["family"], issue["state"], issue["severity"]) == ("clock", "open", "low")
    send(caller, 2, HOUR)
    store.compact()
    (issue,) = caller.get("/api/v1/issues?deployment=model").json()
    assert (issue["severity"], issue["evidence"]["processes"][0]["process"]) == ("medium", "boot-0001")
    page = caller.get(f"/issues/{issue['id']}").text
    assert "boot-0001" in page
    assert re.search(r"<td data-label=\"Clock\">(59 min|1 h) ahead", page)
    assert "Clock" in caller.get("/").text
    send(caller, 3, 0)
    (issue,) = caller.get("/api/v1/issues").json()
    assert issue["state"] == "resolved"
    assert [event["action"] for event in caller.get(f"/api/v1/issues/{issue['id']}").json()["events"]] == [
        "open",
        "resolve",
    ]


def test_an_issue_is_of_the_deployments_of_the_upload_only(caller, store):
    send(caller, 1, HOUR)
    send(caller, 2, 0, deployment="other")
    assert [(i.deployment, i.state) for i in store.issues("default")] == [("model", "open")]


def test_another_collector_ends_what_one_has_opened(store):
    now = time.time()
    first, second = (ClockWatch(store, clock=lambda at=at: at) for at in (now, now + 60))
    first.note("default", upload(), HOUR)
    second.note("default", upload(), 0)
    assert [issue.state for issue in store.issues("default")] == ["resolved"]


def test_a_person_resolves_it_and_it_opens_anew_with_the_next_upload(store):
    now = time.time()
    ClockWatch(store, clock=lambda: now).note("default", upload(), HOUR)
    (issue,) = store.issues("default")
    store.set_issue_state("default", issue.id, "resolve", "ann")
    ClockWatch(store, clock=lambda: now + 60).note("default", upload(), HOUR)
    assert [(i.id, i.state) for i in store.issues("default")] == [(issue.id, "open")]


def test_detection_knows_nothing_of_clocks_and_ends_no_issue_about_them(store):
    now = int(time.time())
    store.save_issues(
        "default", "model", [Issue(deployment="model", family=CLOCK, severity="low", opened=1, updated=1)]
    )
    for day in range(9):
        store.ingest("default", upload(day, now=now - day * 86400), now)
    store.compact()
    run_detection(store, now)
    assert [issue.state for issue in store.issues("default")] == ["open"]


def test_where_the_issue_cannot_be_saved_the_upload_is_stored_all_the_same(caller, store, caplog):
    with store.write() as connection:
        connection.exec_driver_sql("DROP TABLE issues")
    send(caller, 1, HOUR)
    assert "could not be saved" in caplog.text
