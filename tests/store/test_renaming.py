from concurrent.futures import ThreadPoolExecutor

import pytest

from graphsignal_mw.errors import InvalidNameError, NameTakenError, UnknownNameError
from graphsignal_mw.store import Issue
from graphsignal_mw.store.span import DAY

from .envelopes import BUCKET, WHOLE, envelope, window
from .test_removal import rows_of

PROJECT = "default"


def send(store, name, seq, project=PROJECT):
    stored = store.ingest(project, envelope(window(), deployment=name, seq=seq, boot_id=f"boot-{project}"), 1.0)
    store.compact()
    return stored


def requests(store, name, project=PROJECT):
    return store.totals(project, name, *WHOLE).counters["requests"]


def names(store, project=PROJECT):
    return [each.name for each in store.deployments(project)]


@pytest.fixture
def filled(store):
    """A deployment with everything, the same name in another project, and another one."""
    send(store, "model", 1)
    send(store, "model", 1, "elsewhere")
    send(store, "kept", 2)
    store.add_marker(PROJECT, "model", "v2", at=1000)
    store.save_issues(
        PROJECT, "model", [Issue(deployment="model", family="f", severity="high", opened=300, updated=600)]
    )
    store.set_quota(PROJECT, "model", 10**9)
    store.add_usage({(PROJECT, "model"): 5}, 1.0)
    store.ingest(PROJECT, envelope(window(), deployment="model", seq=3, boot_id="boot-late"), 1.0)  # waits
    return store


def test_everything_goes_on_under_the_new_name(filled):
    before, others = rows_of(filled, PROJECT, "model"), rows_of(filled, "elsewhere", "model")
    filled.rename_deployment(PROJECT, "model", "fraud", actor="ann")
    assert rows_of(filled, PROJECT, "fraud") == {**before, "aliases": 1}
    assert set(rows_of(filled, PROJECT, "model").values()) <= {0, before["events"]}
    assert rows_of(filled, "elsewhere", "model") == others
    assert names(filled) == ["fraud", "kept"]
    entry = filled.audit(PROJECT)[0]
    assert (entry.actor, entry.action, entry.detail) == ("ann", "rename deployment", "model to fraud")
    filled.compact()
    assert requests(filled, "fraud") == 6


def test_what_is_uploaded_under_an_earlier_name_belongs_to_it(filled):
    filled.rename_deployment(PROJECT, "model", "fraud")
    filled.rename_deployment(PROJECT, "fraud", "fraud/eu")
    assert [send(filled, name, seq) for seq, name in enumerate(("model", "fraud", "fraud/eu"), 10)] == [True] * 3
    assert send(filled, "model", 10) is False
    assert requests(filled, "fraud/eu") == 6 + 3 * 3
    assert names(filled) == ["fraud/eu", "kept"]
    assert names(filled, "elsewhere") == ["model"]
    assert [filled.deployment(PROJECT, name).name for name in ("model", "fraud", "fraud/eu")] == ["fraud/eu"] * 3


def test_a_name_may_be_taken_back(filled):
    filled.rename_deployment(PROJECT, "model", "fraud")
    filled.rename_deployment(PROJECT, "fraud", "model")
    for seq, name in enumerate(("model", "fraud"), 10):
        send(filled, name, seq)
    assert names(filled) == ["kept", "model"]
    assert requests(filled, "model") == 6 + 2 * 3


def test_issues_that_are_found_meanwhile_and_again_are_its_own(filled):
    filled.rename_deployment(PROJECT, "model", "fraud")
    found = Issue(deployment="model", family="f", severity="low", opened=300, updated=900)
    assert filled.save_issues(PROJECT, "model", [found]) == []
    ((issue),) = filled.issues(PROJECT)
    assert (issue.deployment, issue.updated) == ("fraud", 900)


def test_an_old_name_is_free_again_when_its_deployment_is_deleted(filled):
    filled.rename_deployment(PROJECT, "model", "fraud")
    filled.delete_deployment(PROJECT, "fraud")
    send(filled, "model", 10)
    assert names(filled) == ["kept", "model"]
    assert requests(filled, "model") == 3


def test_the_quota_that_comes_with_it_takes_the_place_of_one_that_waited(filled):
    filled.set_quota(PROJECT, "fraud", 7)
    filled.rename_deployment(PROJECT, "model", "fraud")
    assert [(q.deployment, q.bytes_per_day) for q in filled.quotas(1.0)] == [("fraud", 10**9)]


@pytest.mark.parametrize("new", ["kept", "was"])
def test_a_name_that_another_one_has_or_had_is_refused(filled, new):
    send(filled, "was", 20)
    filled.rename_deployment(PROJECT, "was", "is")
    with pytest.raises(NameTakenError, match=f"'{new}' is the name of another one"):
        filled.rename_deployment(PROJECT, "model", new)
    assert names(filled) == ["is", "kept", "model"]


@pytest.mark.parametrize("new", ["", "x" * 251, "a\0b", "fraud/columns", "fraud/columns/features/x"])
def test_a_name_that_no_deployment_may_have_is_refused(filled, new):
    with pytest.raises(InvalidNameError):
        filled.rename_deployment(PROJECT, "model", new)


def test_what_is_not_there_has_no_new_name(filled):
    filled.rename_deployment(PROJECT, "model", "fraud")
    for name in ("none", "model"):
        with pytest.raises(UnknownNameError, match=f"deployment: '{name}'"):
            filled.rename_deployment(PROJECT, name, "new")


def test_the_same_name_again_changes_nothing(filled):
    filled.rename_deployment(PROJECT, "model", "model")
    assert names(filled) == ["kept", "model"]
    assert filled.aliases([PROJECT]) == {}


def test_no_upload_is_lost_or_in_two_places_while_names_change(store):
    """Uploads, compaction and purge of many threads, while the deployment is called otherwise again and again."""
    send(store, "a", 0)
    rounds, each = 4, 30

    def upload(thread):
        for seq in range(each):
            bucket = BUCKET + 300 * (seq % 5)
            sent = envelope(window(), deployment="a", seq=seq, boot_id=f"boot-000{thread}", bucket=bucket)
            assert store.ingest(PROJECT, sent, 1.0)
            if seq % 5 == thread:
                store.compact()
                store.purge(10.0, keep_parts=1.0)

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(upload, thread) for thread in range(2)]
        for number in range(rounds):
            store.rename_deployment(PROJECT, "ab"[number % 2], "ba"[number % 2])
        for done in running:
            done.result()
    while store.compact():
        pass
    store.purge(BUCKET + DAY, keep_parts=1.0)
    assert names(store) == ["a"]
    assert rows_of(store, PROJECT, "b")["windows"] == rows_of(store, PROJECT, "b")["bases"] == 0
    assert requests(store, "a") == 3 + 2 * each * 3
