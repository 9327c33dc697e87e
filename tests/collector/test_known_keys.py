import pytest

from graphsignal_mw.collector.known_keys import KEPT_SECONDS, KnownKeys
from graphsignal_mw.store import Store


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def elsewhere(target):
    """The store of another process."""
    opened = Store.open(target)
    yield opened
    opened.close()


def test_a_key_is_known_for_a_second_after_it_was_asked_for(store, clock):
    secret, keys = store.create_key("default", ["ingest"], "app"), KnownKeys(store, clock)
    assert keys.recall(secret) is None
    found = keys.authenticate(secret)
    assert (found.name, found.scopes) == ("app", ("ingest",))
    clock.now += KEPT_SECONDS - 0.01
    assert keys.recall(secret) == found
    clock.now += 0.02
    assert keys.recall(secret) is None
    assert keys.authenticate(secret).id == found.id


@pytest.mark.parametrize("secret", ["gs_unknown", "", "gs_\xe9", "\ud800"])
def test_what_is_no_key_is_not_known(store, clock, secret):
    keys = KnownKeys(store, clock)
    assert keys.authenticate(secret) is None
    assert keys.recall(secret) is None


def test_a_key_that_is_revoked_here_is_forgotten_at_once(store, clock):
    secret, keys = store.create_key("default", ["ingest"], "app"), KnownKeys(store, clock)
    keys.authenticate(secret)
    store.revoke_key("default", secret[:11])
    assert keys.recall(secret) is None
    assert keys.authenticate(secret) is None


def test_a_key_that_another_process_revokes_is_forgotten_a_second_later(store, elsewhere, clock):
    secret, keys = store.create_key("default", ["ingest"], "app"), KnownKeys(store, clock)
    keys.authenticate(secret)
    elsewhere.revoke_key("default", secret[:11])
    clock.now += KEPT_SECONDS
    assert keys.authenticate(secret) is None


def test_a_key_that_expires_is_not_known_any_more(store, clock):
    secret, keys = store.create_key("default", ["ingest"], "app", expires_at=4e9), KnownKeys(store, clock)
    assert keys.authenticate(secret) is not None
    expired = store.create_key("default", ["ingest"], "old", expires_at=1.0)
    assert keys.authenticate(expired) is None
    assert keys.recall(secret) is not None
