import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import Issue, StorageError, Store

PROJECT = "default"
FOUND = Issue(
    deployment="model",
    family="drift",
    severity="high",
    opened=1000,
    updated=2000,
    columns=[{"stream": "features", "name": "x", "effect": np.float64(1.5), "explanation": "moved"}],
    explanation="x moved",
    evidence={"before": 1.0, "after": float("nan")},
)


@pytest.fixture
def saved(store):
    (issue,) = store.save_issues(PROJECT, "model", [FOUND])
    return issue


def test_what_was_saved_is_read(store, saved):
    issue = store.issue(PROJECT, saved.id)
    assert (issue.state, issue.family, issue.opened, issue.explanation) == ("open", "drift", 1000, "x moved")
    assert issue.columns == [{"stream": "features", "name": "x", "effect": 1.5, "explanation": "moved"}]
    assert issue.evidence == {"before": 1.0, "after": None}


def test_found_again_is_the_same_issue(store, saved):
    assert store.save_issues(PROJECT, "model", [replace(FOUND, updated=3000, severity="low")]) == []
    (issue,) = store.issues(PROJECT)
    assert (issue.id, issue.updated, issue.severity) == (saved.id, 3000, "low")


def test_another_family_start_or_deployment_is_another_issue(store, saved):
    store.save_issues(PROJECT, "model", [replace(FOUND, family="missing"), replace(FOUND, opened=5000)])
    store.save_issues(PROJECT, "other", [replace(FOUND, deployment="other")])
    assert len(store.issues(PROJECT)) == 4
    assert [i.opened for i in store.issues(PROJECT, deployment="model")] == [5000, 1000, 1000]
    assert store.issues("elsewhere") == []


@pytest.mark.parametrize(("action", "state"), [("acknowledge", "acknowledged"), ("mute", "muted")])
def test_detection_keeps_what_a_person_decided(store, saved, action, state):
    store.set_issue_state(PROJECT, saved.id, action, "ann")
    store.save_issues(PROJECT, "model", [FOUND])
    assert store.issue(PROJECT, saved.id).state == state
    assert [issue.id for issue in store.issues(PROJECT, state=state)] == [saved.id]


def test_detection_resolves_what_is_over(store, saved):
    store.set_issue_state(PROJECT, saved.id, "mute", "ann")
    store.save_issues(PROJECT, "model", [replace(FOUND, resolved=4000)])
    issue = store.issue(PROJECT, saved.id)
    assert (issue.state, issue.resolved) == ("resolved", 4000)


def test_resolved_stays_resolved_until_a_later_window_shows_it_again(store, saved):
    store.set_issue_state(PROJECT, saved.id, "resolve", "ann")
    store.save_issues(PROJECT, "model", [FOUND])
    assert store.issue(PROJECT, saved.id).state == "resolved"
    store.save_issues(PROJECT, "model", [replace(FOUND, updated=int(time.time()) + 3600)])
    issue = store.issue(PROJECT, saved.id)
    assert (issue.state, issue.resolved) == ("open", None)


def test_accepted_does_not_open_again(store, saved):
    store.set_issue_state(PROJECT, saved.id, "accept", "ann")
    store.save_issues(PROJECT, "model", [replace(FOUND, updated=int(time.time()) + 3600)])
    assert store.issue(PROJECT, saved.id).state == "resolved"


def test_what_happened_is_kept(store, saved):
    store.set_issue_state(PROJECT, saved.id, "acknowledge", "ann")
    store.save_issues(PROJECT, "model", [replace(FOUND, resolved=4000)])
    events = store.issue_events(PROJECT, saved.id)
    assert [(e.action, e.actor) for e in events] == [
        ("open", "detection"),
        ("acknowledge", "ann"),
        ("resolve", "detection"),
    ]


def test_two_collectors_act_on_one_issue_at_once(store, saved, target):
    """A transaction that reads before it writes has the write lock from its beginning, or SQLite would refuse it."""
    other, failures = Store.open(target), []

    def act(on, action):
        try:
            for _ in range(50):
                on.set_issue_state(PROJECT, saved.id, action, "ann")
        except StorageError as error:
            failures.append(error)

    threads = [threading.Thread(target=act, args=each) for each in ((store, "mute"), (other, "acknowledge"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failures == []
    assert len(store.issue_events(PROJECT, saved.id)) == 101


def test_unknown_issues_and_actions(store, saved):
    with pytest.raises(UnknownNameError, match="issue: 999"):
        store.issue(PROJECT, 999)
    with pytest.raises(UnknownNameError):
        store.set_issue_state("elsewhere", saved.id, "mute", "ann")
    with pytest.raises(ValueError, match="action: 'delete'; expected one of acknowledge"):
        store.set_issue_state(PROJECT, saved.id, "delete", "ann")


def test_deployments_count_issues_that_need_someone(store, saved):
    from .envelopes import envelope, window

    store.ingest(PROJECT, envelope(window()), 1.0)
    assert store.deployment(PROJECT, "model").open_issues == 1
    store.set_issue_state(PROJECT, saved.id, "mute", "ann")
    assert store.deployment(PROJECT, "model").open_issues == 0
