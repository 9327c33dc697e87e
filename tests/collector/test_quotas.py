import pytest

from graphsignal_mw.collector.problems import Problem
from graphsignal_mw.collector.quotas import DAY, REFRESH_SECONDS, QuotaGate
from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.wire import encode

from .conftest import HEADERS, PATH, Caller
from .service import upload

NOON = 20_000 * DAY + DAY // 2


class Clock:
    now = float(NOON)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def is_open(gate, *deployments, project="default"):
    try:
        gate.check(project, deployments)
    except Problem as problem:
        return problem.status != 429
    return True


def test_a_deployment_over_its_quota_waits_for_the_next_day(store, clock):
    store.set_quota("default", "model", 100)
    gate = QuotaGate(store, clock)
    gate.add("default", ["model"], 99)
    assert is_open(gate, "model")
    gate.add("default", ["model"], 1)
    assert not is_open(gate, "model")
    assert not is_open(gate, "other", "model")
    assert is_open(gate, "other")
    assert is_open(gate, "model", project="elsewhere")
    clock.now += DAY / 2
    assert is_open(gate, "model")


def test_the_quota_of_a_deployment_holds_for_the_names_that_it_had(store, clock):
    store.ingest("default", upload(1), 1.0)
    store.set_quota("default", "model", 100)
    store.rename_deployment("default", "model", "fraud")
    gate = QuotaGate(store, clock)
    assert is_open(gate, "model")
    gate.add("default", ["model"], 100)
    assert not is_open(gate, "model")
    assert not is_open(gate, "fraud")
    clock.now += REFRESH_SECONDS
    assert not is_open(gate, "model")
    assert [(quota.deployment, quota.used) for quota in store.quotas(clock.now)] == [("fraud", 100)]


def test_a_project_has_one_for_all_of_its_deployments(store, clock):
    store.set_quota("default", "", 100)
    gate = QuotaGate(store, clock)
    for name in ("a", "b"):
        assert is_open(gate, name)
        gate.add("default", [name], 50)
    assert not is_open(gate, "c")
    assert is_open(gate, "c", project="elsewhere")


def test_collectors_know_of_each_other_and_of_a_new_quota(store, clock):
    store.set_quota("default", "model", 100)
    here, there = QuotaGate(store, clock), QuotaGate(store, clock)
    assert is_open(here, "model")
    assert is_open(there, "model")
    for gate in (here, there):
        gate.add("default", ["model"], 60)
    for _ in range(2):
        clock.now += REFRESH_SECONDS
        found = [is_open(gate, "model") for gate in (here, there)]
    assert found == [False, False]
    assert [quota.used for quota in store.quotas(clock.now)] == [120]
    store.set_quota("default", "model", 1000)
    clock.now += REFRESH_SECONDS
    assert is_open(here, "model")
    store.remove_quota("default", "model")
    clock.now += REFRESH_SECONDS
    here.add("default", ["model"], 10**9)
    assert is_open(here, "model")


def test_an_upload_counts_for_its_deployments_by_their_parts(store, clock):
    store.set_quota("default", "a", 1000)
    store.set_quota("default", "b", 1000)
    gate = QuotaGate(store, clock)
    gate.add("default", ["a", "a", "b", "c"], 400)
    clock.now += REFRESH_SECONDS
    assert is_open(gate, "a", "b")
    assert [(quota.deployment, quota.used) for quota in store.quotas(clock.now)] == [("a", 200), ("b", 100)]


@pytest.mark.parametrize(("before_midnight", "wait"), [(7200, 3600), (60, 61)])
def test_it_says_when_to_come_again(store, clock, before_midnight, wait):
    store.set_quota("default", "model", 0)
    clock.now = float(20_001 * DAY - before_midnight)
    with pytest.raises(Problem, match="deployment 'model' has its 0 bytes of today") as raised:
        QuotaGate(store, clock).check("default", ["model"])
    assert raised.value.headers == {"Retry-After": str(wait)}


def test_uploads_over_the_quota_are_refused_and_count_when_they_come_again(sqlite, sqlite_target):
    sqlite.set_quota("default", "model", 1)
    caller = Caller(create_app(ServerSettings(data_dir=sqlite_target), sqlite))
    assert caller.post(PATH, content=encode(upload(1)), headers=HEADERS).status_code == 200
    refused = caller.post(PATH, content=encode(upload(2)), headers=HEADERS)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 3600
    assert caller.post(PATH, content=encode(upload(2, deployment="other")), headers=HEADERS).status_code == 200
    sqlite.set_quota("default", "model", 10**6)
    again = Caller(create_app(ServerSettings(data_dir=sqlite_target), sqlite))
    assert again.post(PATH, content=encode(upload(3)), headers=HEADERS).json()["duplicate"] is False


def test_quotas_are_set_and_removed_in_the_audit_log(store):
    store.set_quota("default", "model", 5, actor="ann")
    store.set_quota("default", "", 6, actor="ann")
    store.remove_quota("default", "", actor="ann")
    assert [entry.action for entry in store.audit("default")] == ["remove quota", "set quota", "set quota"]
    with pytest.raises(UnknownNameError, match="quota: 'project'"):
        store.remove_quota("default", "")
    assert [(q.deployment, q.bytes_per_day) for q in store.quotas(0.0)] == [("model", 5)]
