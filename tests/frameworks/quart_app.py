from quart import Quart, Response, redirect, request, send_file

from . import views


def build():  # noqa: C901 - one app, many views
    app = Quart(__name__)

    @app.before_request
    async def read_first():
        if request.path == "/reads_first":
            await request.get_data()

    @app.post("/reads_first", endpoint="reads_first")
    @app.post("/predict")
    async def predict():
        return views.answer(await request.get_json())

    @app.get("/page")
    def page():
        return "page"

    @app.get("/moves")
    async def moves():
        return redirect("/predict")

    @app.post("/streams")
    async def streams():
        return Response(views.flows(), mimetype="application/json")

    @app.post("/fails")
    async def fails():
        raise ValueError("model 7 is missing")

    @app.get("/fails_late")
    async def fails_late():
        return Response(views.breaks_flowing(), mimetype="application/json")

    @app.post("/background")
    async def background():
        app.add_background_task(views.later)
        return {"y": 1}

    @app.post("/large")
    async def large():
        return Response(await request.get_data(), mimetype="application/json")

    @app.get("/sends")
    async def sends():
        return await send_file(views.WHOLE)

    return app
