import pytest

from graphsignal_mw.errors import UnknownNameError

PROJECT = "default"


def test_a_key_is_known_by_its_secret_only(store):
    secret = store.create_key(PROJECT, ["ingest"], "checkout")
    info = store.authenticate(secret)
    assert (info.project, info.name, info.scopes) == (PROJECT, "checkout", ("ingest",))
    assert secret.startswith("gs_")
    assert len(secret) >= 46  # 32 random bytes
    for wrong in ("", "gs_", secret[:-1], secret + "x", secret[:11] + "A" * 35, "\ud800"):
        assert store.authenticate(wrong) is None


def test_the_secret_is_not_in_the_database(sqlite, tmp_path):
    secret = sqlite.create_key(PROJECT, ["ingest"], "checkout")
    sqlite.close()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert secret[:11].encode() in stored
    assert secret[11:].encode() not in stored


def test_scopes(store):
    ingest = store.authenticate(store.create_key(PROJECT, ["ingest"], "a"))
    admin = store.authenticate(store.create_key(PROJECT, ["admin"], "b"))
    assert (ingest.allows("ingest"), ingest.allows("read"), ingest.allows("admin")) == (True, False, False)
    assert all(admin.allows(scope) for scope in ("ingest", "read", "admin"))
    with pytest.raises(ValueError, match="'write'"):
        store.create_key(PROJECT, ["write"], "c")
    with pytest.raises(ValueError, match="scopes"):
        store.create_key(PROJECT, [], "c")


def test_a_key_expires(store):
    secret = store.create_key(PROJECT, ["read"], "soon", expires_at=1000.0)
    assert store.authenticate(secret, now=999.0) is not None
    assert store.authenticate(secret, now=1000.0) is None


@pytest.mark.parametrize("by", ["id", "prefix"])
def test_a_revoked_key_ends_at_once(store, by):
    secret = store.create_key(PROJECT, ["read"], "gone")
    (info,) = store.keys(PROJECT)
    revoked = store.revoke_key(PROJECT, str(getattr(info, by)))
    assert revoked.revoked_at is not None
    assert store.authenticate(secret) is None


def test_another_projects_key_cannot_be_revoked(store):
    store.create_key(PROJECT, ["read"], "mine")
    with pytest.raises(UnknownNameError, match="key: '1'"):
        store.revoke_key("elsewhere", "1")


def test_last_used_is_noted_but_not_each_time(store):
    secret = store.create_key(PROJECT, ["read"], "used")
    assert store.has_keys()
    for now in (100.0, 110.0):
        store.authenticate(secret, now=now)
    assert store.keys(PROJECT)[0].last_used == 100.0
    store.authenticate(secret, now=200.0)
    assert store.keys(PROJECT)[0].last_used == 200.0


def test_creating_and_revoking_is_in_the_audit_log(store):
    store.create_key(PROJECT, ["read"], "mine", actor="ann")
    store.revoke_key(PROJECT, "1", actor="bob")
    assert [(e.actor, e.action) for e in store.audit(PROJECT)] == [("bob", "revoke key"), ("ann", "create key")]
