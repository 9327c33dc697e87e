from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from . import views


class ReadsFirst(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path == "/reads_first":
            await request.body()
        return await call_next(request)


async def predict(request):
    try:
        return JSONResponse(views.answer(await request.json()))
    except ValueError:
        raise HTTPException(400, "no JSON") from None


async def page(request):
    return Response("page")


async def moves(request):
    return RedirectResponse("/predict")


async def streams(request):
    return StreamingResponse(views.flows(), media_type="application/json")


async def fails(request):
    raise ValueError("model 7 is missing")


async def fails_late(request):
    return StreamingResponse(views.breaks_flowing(), media_type="application/json")


async def background(request):
    return JSONResponse({"y": 1}, background=BackgroundTask(views.later))


async def large(request):
    return Response(await request.body(), media_type="application/json")


async def sends(request):
    return FileResponse(views.WHOLE)


def build():
    routes = [Route(f"/{view.__name__}", view, methods=["GET", "POST"]) for view in VIEWS]
    routes.append(Route("/reads_first", predict, methods=["POST"]))
    return Starlette(routes=routes, middleware=[Middleware(ReadsFirst)])


VIEWS = (predict, page, moves, streams, fails, fails_late, background, large, sends)
