import asyncio

import pytest
import quart
from middleware.harness import Connection

from graphsignal_mw.hooks import install


def build(**config):
    app = quart.Quart(__name__)
    app.config.update(config)

    @app.post("/fails")
    async def fails():
        raise ValueError("model 7 is missing")

    @app.post("/fails_in_a_thread")
    def fails_in_a_thread():
        raise ValueError("model 7 is missing")

    return app


def post(records, app, path="/fails", *, hook=True):
    """What ``app`` sends; the client stays until it has all."""
    if hook:
        install(app)

    class Patient(Connection):
        async def receive(self):
            if not self.incoming:
                await asyncio.Event().wait()
            return await super().receive()

    connection = Patient(path=path, http_version="1.1", scheme="http", query_string=b"")
    return connection.run(records.asgi(app, "/fails", "/fails_in_a_thread"))


@pytest.mark.parametrize("path", ["/fails", "/fails_in_a_thread"])
def test_an_exception_that_quart_answers_has_type_and_frames(records, path):
    assert post(records, build(), path).sent[0]["status"] == 500
    found = records.only()
    assert (found.status, found.exception.type) == (500, "ValueError")
    assert found.exception.frames[-1][2].endswith(path[1:])


@pytest.mark.parametrize("config", [{"TESTING": True}, {"PROPAGATE_EXCEPTIONS": True}, {"DEBUG": True}])
def test_an_exception_that_quart_shows_or_lets_through_is_one_record(records, config):
    """Trap 38: with PROPAGATE_EXCEPTIONS it comes out, else Quart answers with its traceback."""
    if "PROPAGATE_EXCEPTIONS" in config:
        with pytest.raises(ValueError, match="model 7"):
            post(records, build(**config))
    else:
        assert b"model 7 is missing" in post(records, build(**config)).body
    assert records.only().exception.type == "ValueError"


def test_an_exception_that_the_app_handles_itself_is_none(records):
    app = build()
    app.register_error_handler(ValueError, lambda error: ({"error": "sorry"}, 409))
    assert post(records, app).sent[0]["status"] == 409
    assert records.only().exception is None


def test_the_hook_is_of_one_app_and_is_installed_once(records):
    watched = build()
    install(watched)
    post(records, watched)
    post(records, build(), hook=False)
    assert [record.exception and record.exception.type for record in records] == ["ValueError", None]
    assert [record.status for record in records] == [500, 500]
