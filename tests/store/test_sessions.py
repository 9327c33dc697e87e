import pytest

from graphsignal_mw.store import SESSION_SECONDS


@pytest.fixture
def secret(store):
    return store.create_key("default", ["edit"], "ann")


def test_a_session_is_of_its_key_and_ends_after_a_day_of_work(store, secret):
    token = store.sign_in("default", secret, now=1000.0)
    session = store.session(token, now=1000.0 + SESSION_SECONDS - 1)
    assert (session.actor, session.key.scopes) == ("ann", ("edit",))
    assert store.session(token, now=1000.0 + SESSION_SECONDS) is None


def test_tokens_are_kept_as_digests_only(store, secret):
    token = store.sign_in("default", secret)
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sessions").all()
    assert len(rows) == 1
    assert token not in str(rows)
    assert len(token) >= 43


def test_signing_out_ends_one_session(store, secret):
    first, second = (store.sign_in("default", secret) for _ in range(2))
    store.sign_out(first)
    store.sign_out("nobody")
    assert store.session(first) is None
    assert store.session(second) is not None
    assert [entry.action for entry in store.audit("default")] == ["sign out", "sign in", "sign in", "create key"]


def test_a_revoked_or_expired_key_ends_its_sessions(store, secret):
    token = store.sign_in("default", secret)
    store.revoke_key("default", "1")
    assert store.session(token) is None
    short = store.create_key("default", ["read"], "bob", expires_at=2000.0)
    token = store.sign_in("default", short, now=1000.0)
    assert store.session(token, now=1999.0) is not None
    assert store.session(token, now=2000.0) is None


@pytest.mark.parametrize("scopes", [["ingest"], ["read"]])
def test_keys_of_other_projects_or_that_may_not_look_do_not_sign_in(store, scopes):
    other = store.create_key("elsewhere" if scopes == ["read"] else "default", scopes, "x")
    assert store.sign_in("default", other) is None


def test_sessions_that_ended_are_forgotten(store, secret):
    store.sign_in("default", secret, now=1000.0)
    store.sign_in("default", secret, now=1000.0 + SESSION_SECONDS)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar_one() == 1
