from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from pydantic import BaseModel

from . import views


class Body(BaseModel):
    x: dict[str, float]


def build():  # noqa: C901 - one app, many views
    app = FastAPI()

    @app.middleware("http")
    async def read_first(request: Request, call_next):
        if request.url.path == "/reads_first":
            await request.body()
        return await call_next(request)

    @app.post("/reads_first")
    @app.post("/predict")
    async def predict(body: Body):
        return views.answer(body.model_dump())

    @app.api_route("/page", methods=["GET", "HEAD"])
    def page():
        return Response("page")

    @app.get("/moves")
    def moves():
        return RedirectResponse("/predict")

    @app.post("/streams")
    def streams():
        return StreamingResponse(iter(views.CHUNKS), media_type="application/json")

    @app.post("/fails")
    def fails(body: Body):
        raise ValueError("model 7 is missing")

    @app.get("/fails_late")
    async def fails_late():
        return StreamingResponse(views.breaks_flowing(), media_type="application/json")

    @app.post("/background")
    async def background(body: Body, tasks: BackgroundTasks):
        tasks.add_task(views.later_sync)
        return {"y": 1}

    @app.post("/large")
    async def large(request: Request):
        return Response(await request.body(), media_type="application/json")

    @app.get("/sends")
    def sends():
        return FileResponse(views.WHOLE)

    return app
