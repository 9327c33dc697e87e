"""FastAPI and Starlette apps, monitored in both placements."""

import asyncio
from contextvars import ContextVar

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route

import graphsignal_mw
from graphsignal_mw.middleware import ASGICapture

from .harness import LIMIT, router

JSON = {"x": {"a": 1}}


class Asked(BaseModel):
    x: dict[str, int]


def fastapi():
    app = FastAPI()

    @app.post("/predict")
    async def predict(asked: Asked):
        return {"y": asked.x["a"] / 2}

    @app.post("/fails")
    async def fails(asked: Asked):
        raise ValueError("model 7 is missing")

    @app.post("/refuses")
    def refuses():
        return JSONResponse({"detail": "no"}, 403)

    return app


PATHS = ("/predict", "/predict/", "/fails", "/refuses", "/stream", "/api/predict")


def inside(records, app):
    app.add_middleware(
        ASGICapture, router=router(*PATHS), submit=records.take, max_body_bytes=LIMIT, fault=records.faults.append
    )
    return app


def outside(records, app):
    return records.asgi(app, *PATHS)


def post(app, path, *, raises=True, **arguments):
    """The answer of ``app`` to one request, in-process."""

    async def main():
        transport = httpx2.ASGITransport(app, raise_app_exceptions=raises)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post(path, **({"json": JSON} | arguments))

    return asyncio.run(main())


both = pytest.mark.parametrize("placed", [inside, outside])


@both
def test_a_prediction_is_recorded_and_the_answer_the_same(records, placed):
    bare = post(fastapi(), "/predict")
    answer = post(placed(records, fastapi()), "/predict")
    assert (answer.content, answer.headers, answer.status_code) == (bare.content, bare.headers, 200)
    prediction = records.mapped().predictions[0]
    assert (prediction.features, prediction.outputs) == ({"a": 1}, {"prediction": 0.5})


@both
def test_an_exception_is_one_record_with_type_and_frames(records, placed):
    """Trap 39: inside sees the exception and no start, outside sees both."""
    app = placed(records, fastapi())
    with pytest.raises(ValueError, match="model 7 is missing"):
        post(app, "/fails")
    found = records.only()
    assert (found.outcome, found.exception.type, found.exception.message) == (
        "failed",
        "ValueError",
        "model <number> is missing",
    )
    assert found.exception.frames[-1][2].endswith("fails")
    assert found.status == (None if placed is inside else 500)
    assert post(app, "/fails", raises=False).text == "Internal Server Error"


@both
@pytest.mark.parametrize(("path", "json", "status"), [("/predict", {"x": 1}, 422), ("/refuses", {}, 403)])
def test_a_refused_request_is_complete_and_no_prediction(records, placed, path, json, status):
    assert post(placed(records, fastapi()), path, json=json).status_code == status
    assert (records.only().status, records.only().outcome) == (status, "completed")
    assert records.mapped().predictions == []


@both
def test_a_slash_redirect_is_no_prediction(records, placed):
    """Trap 34."""
    assert post(placed(records, fastapi()), "/predict/").status_code == 307
    assert records.only().status == 307
    assert (records.mapped().predictions, records.mapped().counters) == ([], {})


@both
def test_chunked_uploads_and_streamed_answers_are_put_together(records, placed):
    async def stream(request):
        body = await request.body()

        async def chunks():
            for n in range(len(body)):
                yield body[n : n + 1]

        return StreamingResponse(chunks(), media_type="application/json")

    async def upload():
        for chunk in (b'{"x": {"a', b'": 1}, ', b'"y": 0.5}'):
            yield chunk

    app = placed(records, Starlette(routes=[Route("/stream", stream, methods=["POST"])]))
    answer = post(app, "/stream", json=None, content=upload(), headers={"content-type": "application/json"})
    assert answer.json() == {"x": {"a": 1}, "y": 0.5}
    assert records.mapped().predictions[0].outputs == {"prediction": 0.5}


@both
def test_a_mounted_app_is_found_by_the_path_of_the_request(records, placed):
    """Trap 32: the configuration is matched against the path at entry."""
    app = placed(records, Starlette(routes=[Mount("/api", fastapi())]))
    assert post(app, "/api/predict").json() == {"y": 0.5}
    assert records.only().endpoint.path == "/api/predict"


def test_a_mounted_monitored_app_knows_its_own_path(records):
    """Trap 32: what was configured without the prefix that it is mounted at."""
    app = Starlette(routes=[Mount("/v1", records.asgi(fastapi(), "/predict"))])
    assert post(app, "/v1/predict").json() == {"y": 0.5}
    assert records.only().endpoint.path == "/predict"


def test_a_mounted_monitored_app_in_a_monitored_app_is_one_record(records):
    """Trap 36."""
    inner = records.asgi(fastapi(), "/predict")
    app = records.asgi(Starlette(routes=[Mount("/api", inner)]), "/api/predict")
    assert post(app, "/api/predict").json() == {"y": 0.5}
    assert records.only().endpoint.path == "/api/predict"


def test_a_path_beyond_ascii_is_found(records):
    """Trap 35."""
    app = Starlette(routes=[Route("/é", lambda request: JSONResponse({"y": 1}), methods=["POST"])])
    assert post(records.asgi(app, "/é"), "/é").json() == {"y": 1}
    assert records.only().status == 200


def test_compressed_answers_are_parsed(records):
    """Trap 28: with the compression inside of us."""
    app = fastapi()
    app.add_middleware(GZipMiddleware, minimum_size=1)
    answer = post(records.asgi(app), "/predict", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert records.mapped().predictions[0].outputs == {"prediction": 0.5}


def test_background_tasks_run_after_the_clock_has_stopped(records):
    """Traps 8 and 9."""
    name = ContextVar("name", default="none")
    ran = []

    async def later():
        ran.append((name.get(), list(records)))

    async def predict(request):
        name.set("endpoint")
        return JSONResponse({"y": 1}, background=BackgroundTask(later))

    post(outside(records, Starlette(routes=[Route("/predict", predict, methods=["POST"])])), "/predict")
    assert ran == [("endpoint", [])]
    assert records.only().outcome == "completed"


def documented(app, settings):
    app.add_middleware(graphsignal_mw.ASGIMiddleware, **settings)
    return app


def wrapped(app, settings):
    return graphsignal_mw.ASGIMiddleware(app, **settings)


def instrumented(app, settings):
    assert graphsignal_mw.instrument(app, **settings) is app
    return app


@pytest.mark.parametrize("added", [documented, wrapped, instrumented])
def test_one_line_counts_predictions_rejects_and_exceptions(tmp_path, added):
    """From requests to the counters of the agent, with each of the lines that users write."""
    endpoints = [{"path": path, "deployment": "model", "features": "$.x", "predictions": "$.y"} for path in PATHS]
    app = added(fastapi(), {"config": {"endpoints": endpoints}, "spool_dir": str(tmp_path)})
    try:
        for path in ("/predict", "/refuses", "/fails", "/predict"):
            post(app, path, raises=False)
        graphsignal_mw.tick()
        counted = graphsignal_mw.stats()
    finally:
        graphsignal_mw.shutdown()
    expected = {"requests": 4, "predictions": 2, "rejected": 1, "exceptions": 1}
    assert {name: counted.get(name) for name in expected} == expected
