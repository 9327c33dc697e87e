import stat

import pytest

from graphsignal_mw.collector import first_keys
from graphsignal_mw.errors import ConfigError


def test_lines_show_them_once(store):
    admin, ingest = (line.split()[-1] for line in first_keys(store, "default"))
    assert store.authenticate(admin).scopes == ("admin",)
    assert store.authenticate(ingest).scopes == ("ingest",)
    assert first_keys(store, "default") == []


def test_a_file_instead_is_for_its_owner_only(store, tmp_path):
    path = tmp_path / "keys.env"
    path.write_text("old content that is longer than what comes now " * 10)
    path.chmod(0o644)
    (line,) = first_keys(store, "default", path)
    assert "gs_" not in line
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = dict(line.split("=") for line in path.read_text().splitlines())
    assert store.authenticate(found["GRAPHSIGNAL_MW_ADMIN_KEY"]).scopes == ("admin",)
    assert store.authenticate(found["GRAPHSIGNAL_MW_API_KEY"]).scopes == ("ingest",)


def test_a_later_start_leaves_the_file_alone(store, tmp_path):
    path = tmp_path / "keys.env"
    first_keys(store, "default", path)
    before = path.read_text()
    assert first_keys(store, "default", path) == []
    assert path.read_text() == before


def test_without_the_file_no_key_is_made(store, tmp_path):
    with pytest.raises(ConfigError, match=r"key_file: .*nowhere.*expected a file that can be written"):
        first_keys(store, "default", tmp_path / "nowhere" / "keys.env")
    assert not store.has_keys()
