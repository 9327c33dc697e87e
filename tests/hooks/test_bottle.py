import bottle
import pytest
from middleware.harness import Gateway, environ

from graphsignal_mw.hooks import install

PATHS = ("/fails", "/fails_early", "/refuses", "/mounted/fails", "/header")


def build():
    app = bottle.Bottle()

    @app.post("/fails")
    def fails():
        raise ValueError("model 7 is missing")

    @app.post("/fails_early")
    def fails_early():
        raise LookupError
        yield b""

    @app.post("/refuses")
    def refuses():
        raise bottle.HTTPError(403, "no")

    @app.post("/header")
    def header():
        bottle.response.set_header("x", "a\nb")

    return app


def post(records, app, path):
    """The status that ``app`` answers, with its hook, and the body."""
    install(app)
    gateway, given = Gateway(), environ(path=path)
    body = gateway.run(records.wsgi(app, *PATHS), given)
    return gateway.started[0][0][:3], body, given["wsgi.errors"].getvalue()


@pytest.mark.parametrize(
    ("path", "kind", "name"), [("/fails", "ValueError", "fails"), ("/fails_early", "LookupError", "fails_early")]
)
def test_an_exception_that_bottle_answers_has_type_and_frames(records, path, kind, name):
    """Also of a generator that fails before its first chunk, for which Bottle runs no hook and passes no exc_info."""
    assert post(records, build(), path)[0] == "500"
    found = records.only()
    assert (found.status, found.exception.type) == (500, kind)
    assert found.exception.frames[-1][2].endswith(name)


def test_the_traceback_that_bottle_logs_is_the_same(records):
    """A plugin of ours would stand in it."""
    bare, given = Gateway(), environ(path="/fails")
    bare.run(build(), given)
    assert post(records, build(), "/fails")[2] == given["wsgi.errors"].getvalue() != ""


def test_the_handlers_of_the_app_are_called(records):
    app = build()
    install(app)

    @app.error(500)
    def sorry(error):
        return f"sorry: {error.exception}"

    assert post(records, app, "/fails")[:2] == ("500", b"sorry: model 7 is missing")
    assert records.only().exception.type == "ValueError"


@pytest.mark.parametrize("path", ["/refuses", "/missing"])
def test_what_is_refused_is_no_exception(records, path):
    post(records, build(), path)
    assert [record.exception for record in records] in ([None], [])


def test_an_exception_that_bottle_lets_through_is_one_record(records):
    app = build()
    app.config["catchall"] = False
    with pytest.raises(ValueError, match="model 7"):
        post(records, app, "/fails")
    assert (records.only().outcome, records.only().exception.type) == ("failed", "ValueError")


def test_an_exception_of_bottle_itself_is_told_through_exc_info(records):
    """PEP 3333: here it cannot send a header, or the app's handler of errors fails."""
    app = build()
    app.error(403)(lambda error: {}["missing"])
    assert post(records, app, "/refuses")[0] == "500"
    assert records.only().exception.type == "KeyError"


def test_an_app_that_is_mounted_tells_too(records):
    inner, outer = build(), bottle.Bottle()
    install(inner)
    outer.mount("/mounted/", inner)
    assert post(records, outer, "/mounted/fails")[0] == "500"
    assert records.only().exception.type == "ValueError"
    assert records.only().exception.frames[-1][2].endswith("fails")


def test_the_hook_is_installed_once(records):
    app = build()
    install(app)
    handlers = app.error_handler
    install(app.wsgi)
    assert app.error_handler is handlers
    assert handlers.get(404) is None
