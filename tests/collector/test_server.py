from pathlib import Path

import pytest

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.server import ServerSettings, create_app, listen

from .conftest import Caller


def test_settings_name_every_wrong_value():
    with pytest.raises(ConfigError) as raised:
        ServerSettings(port=70000, detect_every=-1.0, project="")
    assert [problem.partition(":")[0] for problem in raised.value.problems] == ["port", "detect_every", "project"]
    assert "70000; expected 0 to 65535" in str(raised.value)


def test_a_password_is_not_shown():
    settings = ServerSettings(database_url="postgresql://ann:secret@db.example/x")
    assert settings.shown_target == "postgresql://***@db.example/x"
    assert ServerSettings(data_dir=Path("here")).shown_target == "here"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_listening_on_a_free_port(host):
    with listen(ServerSettings(host=host, port=0)) as listener:
        assert listener.getsockname()[1] > 0


def test_an_address_of_another_machine():
    with pytest.raises(ConfigError, match=r"host, port: 203\.0\.113\.1:0; .*expected an address of this machine"):
        listen(ServerSettings(host="203.0.113.1", port=0))


def test_the_app_opens_its_own_store(tmp_path):
    app = create_app(ServerSettings(data_dir=tmp_path / "data"))
    assert Caller(app).get("/api/v1/deployments").json() == []
