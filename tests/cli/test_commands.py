"""The commands as people type them: processes of their own, what they print and how they end."""

import json
import re
import subprocess
import sys
import time

import pytest
from collector.service import upload
from pyarrow import parquet

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import Store
from graphsignal_mw.wire import SCHEMA_VERSION, Envelope, stats_to_part


def run(*arguments, code=0):
    """Run the command line and return what it printed; errors go with it."""
    done = subprocess.run(
        [sys.executable, "-m", "graphsignal_mw.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def without(module, *arguments):
    """Run the command line where ``module`` is not installed."""
    script = f"import sys; sys.modules[{module!r}] = None; from graphsignal_mw.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stderr


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    store = Store.open(folder)
    part = stats_to_part("model", "", 1_700_000_100, WindowStats())
    store.ingest("default", Envelope(SCHEMA_VERSION, "boot-0001", 1, 1.0, 300, [part]), 1_700_000_200.0)
    store.close()
    return folder


def test_help_teaches():
    text = run("--help")
    for command in ("serve", "demo", "check", "keys", "status", "migrate"):
        assert command in text
    assert "graphsignal-mw demo" in text


@pytest.mark.parametrize(
    "command", [["serve"], ["keys"], ["keys", "create"], ["keys", "list"], ["status"], ["migrate"]]
)
def test_every_command_has_help(command):
    assert "Usage: graphsignal-mw" in run(*command, "--help")


def test_version():
    assert run("--version").startswith("graphsignal-mw, version 0.")


def test_unknown_commands_are_usage_errors():
    assert "No such command 'fly'" in run("fly", code=2)


def test_a_key_from_creation_to_revocation(data):
    secret = run("keys", "create", "--name", "checkout", "--scope", "ingest", "--data-dir", data).strip()
    store = Store.open(data)
    assert store.authenticate(secret).scopes == ("ingest",)
    listed = run("keys", "list", "--data-dir", data)
    assert "checkout" in listed
    assert secret not in listed
    (key,) = json.loads(run("keys", "list", "--json", "--data-dir", data))
    assert (key["name"], key["prefix"]) == ("checkout", secret[:11])
    assert "Revoked" in run("keys", "revoke", key["prefix"], "--data-dir", data)
    assert store.authenticate(secret) is None
    assert "revoked 20" in run("keys", "list", "--data-dir", data)
    store.close()


def test_a_key_that_expires(data):
    run("keys", "create", "--name", "short", "--expires-days", "0.00001", "--data-dir", data)
    (key,) = json.loads(run("keys", "list", "--json", "--data-dir", data))
    assert 0 < key["expires_at"] - key["created_at"] < 1


def test_revoking_what_is_not_there(data):
    assert "Error: key: 'gs_none'; expected" in run("keys", "revoke", "gs_none", "--data-dir", data, code=1)


def test_wrong_scopes_are_usage_errors(data):
    assert "'write' is not one of" in run("keys", "create", "--name", "x", "--scope", "write", code=2)


def test_status(data):
    said = run("status", "--data-dir", data)
    assert "model: last data" in said
    assert re.search(r"The database takes 0\.\d MB, [\d,]+ MB left on its disk", said)
    found = json.loads(run("status", "--json", "--data-dir", data))
    assert found["rows"]["deltas"] == 1
    assert 1000 < found["bytes"] < found["disk_free_bytes"]
    assert found["deployments"][0]["name"] == "model"
    assert found["deployments"][0]["last_received"] == 1_700_000_200.0


def test_export_as_lines_and_as_parquet(data, tmp_path):
    kinds = [json.loads(line)["record"] for line in run("export", "model", "--data-dir", data).splitlines()]
    assert kinds == ["deployment"]
    store = Store.open(data)
    store.ingest("default", upload(2, n=10), time.time())
    store.compact()
    run("export", "model", "--data-dir", data, "--output", tmp_path / "x.jsonl")
    found = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
    run("export", "model", "--data-dir", data, "--output", tmp_path / "x.parquet")
    columns = [record for record in found if record["record"] == "column"]
    rows = parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert [(row["name"], row["count"], row["mean"]) for row in rows] == [
        (column["name"], column["count"], column["mean"]) for column in columns
    ]
    assert rows[0]["time"].strftime("%Y-%m-%dT%H:%M:%SZ") == columns[0]["time"]
    assert json.loads(rows[1]["quantiles"]) == columns[1]["quantiles"]
    store.close()


def test_what_cannot_be_exported(data, tmp_path):
    assert "ends in .jsonl or .parquet" in run("export", "model", "--data-dir", data, "--output", "x.csv", code=2)
    assert "deployment: 'none'" in run("export", "none", "--data-dir", data, code=1)


def test_a_deployment_is_deleted_after_a_question(data):
    assert "Aborted" in run("delete", "model", "--data-dir", data, code=1)
    assert "model: last data" in run("status", "--data-dir", data)
    assert "Deleted model" in run("delete", "model", "--data-dir", data, "--yes")
    assert "model: last data" not in run("status", "--data-dir", data)
    assert "deployment: 'model'" in run("delete", "model", "--data-dir", data, "--yes", code=1)
    assert "command line" in run("audit", "--data-dir", data)
    (entry,) = json.loads(run("audit", "--json", "--data-dir", data))
    assert entry["action"] == "delete deployment"


def test_a_deployment_is_renamed(data):
    assert "model is now called fraud/eu" in run("rename", "model", "fraud/eu", "--data-dir", data)
    assert "fraud/eu: last data" in run("status", "--data-dir", data)
    (entry,) = json.loads(run("audit", "--json", "--data-dir", data))
    assert (entry["actor"], entry["action"]) == ("command line", "rename deployment")
    assert "deployment: 'model'; this project has no" in run("rename", "model", "x", "--data-dir", data, code=1)
    assert "expected a name without /columns" in run("rename", "fraud/eu", "a/columns", "--data-dir", data, code=1)


def test_a_quota_from_set_to_removal(data):
    run("quota", "set", "--deployment", "model", "--mb-per-day", "1.5", "--data-dir", data)
    run("quota", "set", "--mb-per-day", "100", "--data-dir", data)
    listed = run("quota", "list", "--data-dir", data)
    assert listed.splitlines() == ["(whole project): 0.0 of 100.0 MB today", "model: 0.0 of 1.5 MB today"]
    run("quota", "remove", "--data-dir", data)
    (left,) = json.loads(run("quota", "list", "--json", "--data-dir", data))
    assert (left["deployment"], left["bytes_per_day"]) == ("model", 1_500_000)
    assert "quota: 'x'" in run("quota", "remove", "--deployment", "x", "--data-dir", data, code=1)


def test_a_folder_without_a_database_is_a_mistake(tmp_path):
    assert "holds no database" in run("status", "--data-dir", tmp_path, code=2)
    assert list(tmp_path.iterdir()) == []


def test_migrate_creates_and_repeats(tmp_path):
    first = run("migrate", "--data-dir", tmp_path / "new")
    assert re.search(r"at revision \d{4}", first)
    assert run("migrate", "--data-dir", tmp_path / "new") == first


def test_serve_on_a_port_that_is_taken(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = run("serve", "--port", port, "--data-dir", tmp_path, code=1)
    assert f"host, port: 127.0.0.1:{port}" in text
    assert "expected" in text


@pytest.mark.parametrize(
    ("module", "arguments", "extra"),
    [
        ("click", ["--help"], "cli"),
        ("click", ["check", "monitoring.yaml"], "cli"),
        ("click", ["serve"], "server"),
        ("click", ["demo", "--once"], "demo"),
        ("uvicorn", ["serve"], "server"),
        ("sqlalchemy", ["keys", "list"], "server"),
        ("psycopg", ["migrate", "--database-url", "postgresql://localhost/x"], "postgres"),
    ],
)
def test_a_missing_extra_is_one_clear_line(module, arguments, extra):
    code, text = without(module, *arguments)
    assert code == 1
    assert text.strip().endswith(f"pip install 'graphsignal-mw[{extra}]'")
    assert len(text.strip().splitlines()) == 1
