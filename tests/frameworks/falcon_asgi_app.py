import falcon
import falcon.asgi

from . import views


class ReadsFirst:
    async def process_request(self, req, resp):
        if req.path == "/reads_first":
            await req.get_media()


class View:
    def __init__(self, responder):
        self.on_get = self.on_post = self.on_head = responder


async def predict(req, resp):
    resp.media = views.answer(await req.get_media())


async def page(req, resp):
    resp.text = "page"


async def moves(req, resp):
    raise falcon.HTTPFound("/predict")


async def streams(req, resp):
    resp.content_type, resp.stream = "application/json", views.flows()


async def fails(req, resp):
    raise ValueError("model 7 is missing")


async def fails_late(req, resp):
    resp.content_type, resp.stream = "application/json", views.breaks_flowing()


async def background(req, resp):
    resp.schedule(views.later)
    resp.media = {"y": 1}


async def large(req, resp):
    resp.content_type, resp.data = "application/json", await req.stream.read()


class File:
    """A file as Falcon reads it."""

    def __init__(self, path):
        self._file = open(path, "rb")  # noqa: PTH123, SIM115 - Falcon closes it

    async def read(self, size=-1):
        return self._file.read(size)

    async def close(self):
        self._file.close()


async def sends(req, resp):
    resp.stream = File(views.WHOLE)


VIEWS = (predict, page, moves, streams, fails, fails_late, background, large, sends)


def build(kind=falcon.asgi.App):
    app = kind(middleware=[ReadsFirst()])
    for view in VIEWS:
        app.add_route(f"/{view.__name__}", View(view))
    app.add_route("/reads_first", View(predict))
    return app
