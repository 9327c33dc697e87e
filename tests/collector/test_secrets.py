"""No secret in any log: a real collector, given secrets everywhere where somebody might put them."""

import contextlib
import json
import logging
import sqlite3

import pytest

from .conftest import HEADERS, PATH, Caller
from .service import Service
from .test_auth import PUBLIC
from .test_people import OWN, signed_in

FOREIGN = {"Host": "collector.example"}


@pytest.mark.parametrize("options", [(), ("--json-logs",)])
def test_no_key_cookie_or_password_is_written_anywhere(tmp_path, options):
    key_file = tmp_path / "keys.env"
    service = Service(tmp_path / "data", "--key-file", str(key_file), *options)
    secrets = [line.partition("=")[2] for line in key_file.read_text().split()]
    admin, ingest = secrets
    ask = service.client
    cookie = ask.post("/sign-in", data={"key": admin}, headers={"Origin": service.url}).cookies[
        "graphsignal_mw_session"
    ]
    for secret in (admin, ingest, f"{ingest}x"):
        for header in (f"Bearer {secret}", secret, f"Basic {secret}"):
            ask.get("/api/v1/deployments/none", headers={**FOREIGN, "Authorization": header})
            ask.post(PATH, content=secret.encode(), headers={**HEADERS, **FOREIGN, "Authorization": header})
        ask.post("/sign-in", data={"key": f"{secret}y"}, headers={"Origin": service.url})
        answer = ask.get("/", headers={**FOREIGN, "Cookie": f"graphsignal_mw_session={secret}"})
        assert secret not in answer.text
    # Failures write the most: a part of the database goes away.
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "graphsignal_mw.db")) as connection:
        connection.execute("DROP TABLE deployments")
    for path in ("/", "/api/v1/deployments"):
        assert ask.get(path, headers={"Authorization": f"Bearer {admin}"}).status_code >= 500
    service.kill()
    log = (tmp_path / "serve.log").read_text()
    assert "sign-in refused for 127.0.0.1" in log
    assert "Traceback" in log
    for secret in (*secrets, cookie):
        assert secret not in log + "".join(service.said)
    if options:
        assert {"time", "level", "logger", "message"} <= set.intersection(
            *(set(json.loads(x)) for x in log.splitlines())
        )


def test_a_password_of_the_database_is_in_no_error(tmp_path):
    from cli.test_commands import run

    url = "postgresql://ann:hunter2@127.0.0.1:1/none"
    assert "hunter2" not in run("serve", "--port", "0", "--database-url", url, code=1)
    assert "hunter2" not in run("status", "--database-url", url, code=1)
    assert "hunter2" not in run("migrate", "--database-url", "mysql://ann:hunter2@127.0.0.1/none", code=1)
    assert "hunter2" not in run("migrate", "--database-url", "postgresql://ann:hunter2@127.0.0.1:port/none", code=1)


def test_the_database_may_come_from_the_environment(tmp_path, monkeypatch):
    from cli.test_commands import run

    monkeypatch.setenv("GRAPHSIGNAL_MW_DATABASE_URL", f"sqlite:///{tmp_path}/from-environment.db")
    run("migrate")
    assert (tmp_path / "from-environment.db").is_file()


def test_no_secret_is_written_at_the_finest_level_of_any_logger(app, filled, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "uvicorn", "starlette", "graphsignal_mw"):
        caplog.set_level(logging.DEBUG, name)
    secret = filled.create_key("default", ["admin"], "ann")
    browser, token = signed_in(app, secret)
    cookie = browser.headers["cookie"].partition("=")[2]
    asked = Caller(app, **PUBLIC, authorization=f"Bearer {secret}").get("/api/v1/deployments")
    made = browser.post("/keys", headers=OWN, data={"form_token": token, "name": "new", "scope": "read"}).text
    shown = made.partition("<code>")[2].partition("<")[0]
    assert (asked.status_code, shown[:3]) == (200, "gs_")
    assert "sessions" in caplog.text  # the statements are there
    assert [each for each in (secret, cookie, token, shown) if each in caplog.text] == []
