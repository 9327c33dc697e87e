import pytest
from flask import Flask, Response, request
from werkzeug.test import Client

import graphsignal_mw
from graphsignal_mw.hooks import install

BODY = {"x": {"a": 1}}


def flask(**config):
    app = Flask(__name__)
    app.config.update(config)

    @app.post("/predict")
    def predict():
        return {"y": request.get_json()["x"]["a"] / 2}

    @app.post("/fails")
    def fails():
        raise ValueError("model 7 is missing")

    @app.post("/fails_late")
    def fails_late():
        def chunks():
            yield "{"
            raise LookupError

        return Response(chunks(), mimetype="application/json")

    @app.post("/slash/")
    def slash():
        return {"y": 1}

    return app


PATHS = ("/predict", "/fails", "/fails_late", "/slash")


def posting(client):
    """A function that posts ``BODY`` and takes all of the answer, as servers do."""
    return lambda path, **more: client.post(path, buffered=True, **(more or {"json": BODY}))


def inside(records, app):
    """As documented: only the WSGI app of Flask is wrapped, and its test client goes through it."""
    install(app.wsgi_app)
    app.wsgi_app = records.wsgi(app.wsgi_app, *PATHS)
    return posting(app.test_client())


def outside(records, app):
    """All of Flask is wrapped, as servers see it."""
    install(app)
    return posting(Client(records.wsgi(app, *PATHS)))


both = pytest.mark.parametrize("placed", [inside, outside])


@both
def test_a_prediction_is_recorded(records, placed):
    answer = placed(records, flask())("/predict")
    assert answer.json == {"y": 0.5}
    assert answer.headers["content-length"] == str(len(answer.data))
    prediction = records.mapped().predictions[0]
    assert (prediction.features, prediction.outputs) == ({"a": 1}, {"prediction": 0.5})
    assert records.only().exception is None


@both
def test_an_exception_that_flask_answers_is_one_record_with_type_and_frames(records, placed):
    """Trap 38."""
    assert placed(records, flask())("/fails").status_code == 500
    found = records.only()
    assert (found.status, found.exception.type, found.exception.message) == (
        500,
        "ValueError",
        "model <number> is missing",
    )
    assert found.exception.frames[-1][0].endswith("tests/hooks/test_flask.py")
    assert found.exception.frames[-1][2].endswith("fails")


@both
@pytest.mark.parametrize("config", [{"TESTING": True}, {"PROPAGATE_EXCEPTIONS": True}, {"DEBUG": True}])
def test_an_exception_that_flask_lets_through_is_one_record(records, placed, config):
    """Trap 38: the signal tells of it, and then it comes out."""
    with pytest.raises(ValueError, match="model 7"):
        placed(records, flask(**config))("/fails")
    assert (records.only().outcome, records.only().exception.type) == ("failed", "ValueError")


@both
def test_an_exception_while_the_answer_is_streamed_is_recorded(records, placed):
    """Trap 40."""
    with pytest.raises(LookupError):
        placed(records, flask())("/fails_late")
    found = records.only()
    assert (found.status, found.outcome, found.exception.type) == (200, "failed", "LookupError")


@both
def test_an_exception_that_the_app_handles_itself_is_none(records, placed):
    app = flask()
    app.register_error_handler(ValueError, lambda error: ({"error": "sorry"}, 409))
    assert placed(records, app)("/fails").status_code == 409
    assert (records.only().status, records.only().outcome, records.only().exception) == (409, "completed", None)


@both
@pytest.mark.parametrize(
    ("path", "status"), [("/slash", 308), ("/predict?x", 415), ("/predict", 200)], ids=["redirect", "refused", "fine"]
)
def test_redirects_and_refusals_are_no_predictions(records, placed, path, status):
    """Trap 34."""
    more = {"data": "x"} if status == 415 else {}
    assert placed(records, flask())(path, **more).status_code == status
    assert len(records.mapped().predictions) == (status == 200)


def test_the_hook_is_of_one_app_and_is_installed_once(records):
    watched, other = flask(), flask()
    for _ in range(3):
        install(watched)
    for app in (watched, other):
        posting(Client(records.wsgi(app, *PATHS)))("/fails")
    assert [record.exception and record.exception.type for record in records] == ["ValueError", None]
    assert [record.status for record in records] == [500, 500]


def documented(app, settings):
    app.wsgi_app = graphsignal_mw.WSGIMiddleware(app.wsgi_app, **settings)


def instrumented(app, settings):
    assert graphsignal_mw.instrument(app, **settings) is app


@pytest.mark.parametrize("added", [documented, instrumented])
def test_what_would_be_uploaded_names_the_exception(agent, added):
    """From a request to a delta, with the one line that the README shows, and with ``instrument()``."""
    app = flask()
    added(app, agent.settings)
    post = posting(app.test_client())
    statuses = [post(path).status_code for path in ("/predict", "/fails", "/fails", "/predict")]
    assert statuses == [200, 500, 500, 200]
    part = agent.part()
    assert {name: part.counters[name] for name in ("requests", "predictions", "exceptions")} == {
        "requests": 4,
        "predictions": 2,
        "exceptions": 2,
    }
    (found,) = part.exceptions
    assert (found.type, found.message, found.count) == ("ValueError", "model <number> is missing", 2)


def test_disabled_monitoring_is_the_bare_app(agent):
    app = flask()
    bare = app.wsgi_app
    documented(app, agent.settings | {"disabled": True})
    assert app.wsgi_app == bare
