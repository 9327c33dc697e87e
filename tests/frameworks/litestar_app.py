import logging
from typing import Annotated, Any

from litestar import Litestar, Request, Response, get, head, post
from litestar.background_tasks import BackgroundTask
from litestar.logging.config import LoggingConfig
from litestar.params import Body
from litestar.response import File, Redirect, Stream

from . import views

Given = Annotated[dict[str, Any], Body()]


async def read_first(request: Request) -> None:
    if request.url.path == "/reads_first":
        await request.body()


def log(_: Any, __: Any, traceback: list[str]) -> None:
    logging.getLogger("app").error("".join(traceback))


@post(["/predict", "/reads_first"], status_code=200)
async def predict(data: Given) -> dict[str, Any]:
    return views.answer(data)


@get("/page", sync_to_thread=False)
def page() -> str:
    return "page"


@head("/page", sync_to_thread=False)
def headed() -> None:
    return None


@get("/moves")
async def moves() -> Redirect:
    return Redirect("/predict")


@post("/streams", status_code=200)
async def streams() -> Stream:
    return Stream(views.flows(), media_type="application/json")


@post("/fails")
async def fails(data: Given) -> None:
    raise ValueError("model 7 is missing")


@get("/fails_late")
async def fails_late() -> Stream:
    return Stream(views.breaks_flowing(), media_type="application/json")


@post("/background", status_code=200)
async def background(data: Given) -> Response[dict[str, int]]:
    return Response({"y": 1}, background=BackgroundTask(views.later))


@post("/large", status_code=200)
async def large(request: Request) -> Response[bytes]:
    return Response(await request.body(), media_type="application/json")


@get("/sends")
async def sends() -> File:
    return File(views.WHOLE)


def build(**more):
    logs = LoggingConfig(log_exceptions="always", exception_logging_handler=log, configure_root_logger=False)
    logs.handlers, logs.loggers = {}, {"litestar": {"level": "INFO", "handlers": []}}
    handlers = [predict, page, headed, moves, streams, fails, fails_late, background, large, sends]
    given = {"before_request": read_first, "logging_config": logs, "request_max_body_size": None}
    return Litestar(handlers, **given | more)
