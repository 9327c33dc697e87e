import falcon

from . import views


class ReadsFirst:
    def process_request(self, req, resp):
        if req.path == "/reads_first":
            req.get_media()


class View:
    def __init__(self, responder):
        self.on_get = self.on_post = self.on_head = responder


def predict(req, resp):
    resp.media = views.answer(req.get_media())


def page(req, resp):
    resp.text = "page"


def moves(req, resp):
    raise falcon.HTTPFound("/predict")


def streams(req, resp):
    resp.content_type, resp.stream = "application/json", iter(views.CHUNKS)


def fails(req, resp):
    raise ValueError("model 7 is missing")


def fails_late(req, resp):
    resp.content_type, resp.stream = "application/json", views.breaks()


def background(req, resp):
    resp.content_type, resp.stream = "application/json", views.Closing(views.CHUNKS)


def large(req, resp):
    resp.content_type, resp.data = "application/json", req.bounded_stream.read()


def sends(req, resp):
    resp.stream = open(views.WHOLE, "rb")  # noqa: PTH123, SIM115 - Falcon closes it


VIEWS = (predict, page, moves, streams, fails, fails_late, background, large, sends)


def build(kind=falcon.App):
    app = kind(middleware=[ReadsFirst()])
    for view in VIEWS:
        app.add_route(f"/{view.__name__}", View(view))
    app.add_route("/reads_first", View(predict))
    return app
