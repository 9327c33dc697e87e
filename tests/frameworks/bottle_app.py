from pathlib import Path

from bottle import Bottle, redirect, request, response, static_file

from . import views


class Streamed:
    """Chunks, and something that runs when the server closes them."""

    def __iter__(self):
        return iter(views.CHUNKS)

    def close(self):
        views.later_sync()


def build():  # noqa: C901 - one app, many views
    app = Bottle()

    @app.hook("before_request")
    def read_first():
        if request.path == "/reads_first":
            request.body.read()
            request.body.seek(0)

    @app.post("/reads_first")
    @app.post("/predict")
    def predict():
        return views.answer(request.json)

    @app.get("/page")
    def page():
        return "page"

    @app.get("/moves")
    def moves():
        redirect("/predict")

    @app.post("/streams")
    def streams():
        response.content_type = "application/json"
        return iter(views.CHUNKS)

    @app.post("/fails")
    def fails():
        raise ValueError("model 7 is missing")

    @app.get("/fails_late")
    def fails_late():
        response.content_type = "application/json"
        return views.breaks()

    @app.post("/background")
    def background():
        response.content_type = "application/json"
        return Streamed()

    @app.post("/large")
    def large():
        response.content_type = "application/json"
        return request.body.read()

    @app.get("/sends")
    def sends():
        path = Path(views.WHOLE)
        return static_file(path.name, str(path.parent))

    return app
