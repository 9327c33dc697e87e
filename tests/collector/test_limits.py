import pytest

from graphsignal_mw.collector import RateLimit
from graphsignal_mw.collector.problems import Problem
from graphsignal_mw.server import ServerSettings, create_app
from graphsignal_mw.wire import encode

from .conftest import HEADERS, PATH, Caller
from .service import upload
from .test_auth import PUBLIC


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def taken(limit, key, tries):
    """How many of ``tries`` are let through."""
    count = 0
    for _ in range(tries):
        try:
            limit.take(key)
        except Problem:
            continue
        count += 1
    return count


def test_a_burst_and_then_the_rate():
    clock = Clock()
    limit = RateLimit(2.0, clock)
    assert taken(limit, 1, 100) == 20
    clock.now += 3.0
    assert taken(limit, 1, 100) == 6
    clock.now += 1e6
    assert taken(limit, 1, 100) == 20


def test_each_key_has_its_own():
    limit = RateLimit(1.0, Clock())
    assert taken(limit, 1, 50) == 10
    assert taken(limit, 2, 50) == 10


def test_trying_in_vain_does_not_postpone_the_next_token():
    clock = Clock()
    limit = RateLimit(1.0, clock)
    taken(limit, 1, 10)
    for _ in range(4):
        clock.now += 0.25
        assert taken(limit, 1, 1) == (clock.now == 1001.0)


@pytest.mark.parametrize(("rate", "wait"), [(10.0, "1"), (0.1, "10")])
def test_it_says_when_to_come_again(rate, wait):
    clock = Clock()
    limit = RateLimit(rate, clock)
    taken(limit, 1, 200)
    with pytest.raises(Problem) as raised:
        limit.take(1)
    assert raised.value.headers == {"Retry-After": wait}
    clock.now += float(wait)
    assert taken(limit, 1, 1) == 1


def test_uploads_beyond_the_rate_are_refused_and_count_nowhere(store, tmp_path):
    app = create_app(ServerSettings(data_dir=tmp_path / "data", rate_limit=0.01), store)
    secret, other = (store.create_key("default", ["ingest", "read"], name) for name in ("fast", "calm"))
    fast = Caller(app, **PUBLIC, authorization=f"Bearer {secret}")
    assert fast.post(PATH, content=encode(upload(1)), headers=HEADERS).status_code == 200
    answer = fast.post(PATH, content=encode(upload(2)), headers=HEADERS)
    assert (answer.status_code, answer.json()["title"]) == (429, "Too often")
    assert 90 <= int(answer.headers["retry-after"]) <= 100
    calm = Caller(app, **PUBLIC, authorization=f"Bearer {other}")
    assert calm.post(PATH, content=encode(upload(2)), headers=HEADERS).json()["duplicate"] is False
    assert Caller(app).get("/api/v1/deployments").status_code == 200


def test_no_limit_at_all(store, tmp_path):
    app = create_app(ServerSettings(data_dir=tmp_path / "data", rate_limit=0), store)
    secret = store.create_key("default", ["read"], "any")
    caller = Caller(app, **PUBLIC, authorization=f"Bearer {secret}")
    assert {caller.get("/api/v1/deployments").status_code for _ in range(20)} == {200}
