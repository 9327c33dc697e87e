from flask import Flask, Response, redirect, request, send_file

from . import views


def build():  # noqa: C901 - one app, many views
    app = Flask(__name__)

    @app.before_request
    def read_first():
        if request.path == "/reads_first":
            request.get_data()

    @app.post("/reads_first", endpoint="reads_first")
    @app.post("/predict")
    def predict():
        return views.answer(request.get_json())

    @app.get("/page")
    def page():
        return "page"

    @app.get("/moves")
    def moves():
        return redirect("/predict")

    @app.post("/streams")
    def streams():
        return Response(iter(views.CHUNKS), mimetype="application/json")

    @app.post("/fails")
    def fails():
        raise ValueError("model 7 is missing")

    @app.get("/fails_late")
    def fails_late():
        return Response(views.breaks(), mimetype="application/json")

    @app.post("/background")
    def background():
        response = Response('{"y": 1}', mimetype="application/json")
        response.call_on_close(views.later_sync)
        return response

    @app.post("/large")
    def large():
        return Response(request.get_data(), mimetype="application/json")

    @app.get("/sends")
    def sends():
        return send_file(views.WHOLE)

    return app
