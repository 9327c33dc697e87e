"""Small apps of real frameworks that do what a plan says."""

from .plans import PlannedError


def starlette_app(plan):
    """Starlette, with every way of its requests to read a body, and both of its responses."""
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.requests import Request
    from starlette.responses import Response, StreamingResponse

    async def chunks():
        for piece in plan.chunks:
            yield piece
        fail(plan, "within")

    async def late():
        fail(plan, "after")

    async def endpoint(scope, receive, send):
        request = Request(scope, receive)
        await read(plan, request)
        fail(plan, "before")
        if plan.streams:
            response = StreamingResponse(chunks(), plan.status, background=BackgroundTask(late))
        else:
            response = Response(b"".join(plan.chunks), plan.status, background=BackgroundTask(late))
        response.raw_headers.extend((name.lower().encode(), value.encode("latin-1")) for name, value in plan.headers)
        await response(scope, receive, send)

    app = Starlette()
    app.mount("/", endpoint)
    return app


async def read(plan, request):
    if plan.reads == "all":
        await request.body()
    elif plan.reads == "some":
        await request.receive()
    elif plan.reads == "chunks":
        async for _ in request.stream():
            pass


def flask_app(plan):
    """Flask, whose errors come out; the endpoint is whatever the request asks for."""
    from flask import Flask, Response, request

    app = Flask(__name__, static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = len(plan.chunks) % 2 == 0  # or Flask answers 500 itself

    def chunks():
        yield from plan.chunks
        fail(plan, "within")

    @app.before_request
    def endpoint():
        read_stream(plan, request.stream, request.get_data)
        fail(plan, "before")
        response = Response(chunks() if plan.streams else b"".join(plan.chunks), plan.status)
        for name, value in plan.headers:
            response.headers.add(name, value)
        response.call_on_close(lambda: fail(plan, "after"))
        return response

    return app


class Urls:
    """What Django calls a URL configuration: one view for any path."""

    def __init__(self, plan, *, is_async):
        from django.urls import re_path

        self.urlpatterns = [re_path("", async_view(plan) if is_async else view(plan), name="any")]


def view(plan):
    from django.http import HttpResponse, StreamingHttpResponse

    def chunks():
        yield from plan.chunks
        fail(plan, "within")

    def answer(request):
        read_stream(plan, request, lambda: request.body)
        fail(plan, "before")
        kind, content = (StreamingHttpResponse, chunks()) if plan.streams else (HttpResponse, b"".join(plan.chunks))
        return with_headers(plan, kind(content, status=plan.status))

    return answer


def async_view(plan):
    from django.http import HttpResponse, StreamingHttpResponse

    async def chunks():
        for piece in plan.chunks:
            yield piece
        fail(plan, "within")

    async def answer(request):
        read_stream(plan, request, lambda: request.body)
        fail(plan, "before")
        kind, content = (StreamingHttpResponse, chunks()) if plan.streams else (HttpResponse, b"".join(plan.chunks))
        return with_headers(plan, kind(content, status=plan.status))

    return answer


def with_headers(plan, response):
    for name, value in plan.headers:
        response.headers[name] = value
    return response


def read_stream(plan, stream, whole):
    if plan.reads == "all":
        whole()
    elif plan.reads == "some":
        stream.read(3)
    elif plan.reads == "chunks":
        stream.readline()
        for _ in stream:
            pass


def fail(plan, moment):
    if plan.raises == moment:
        raise PlannedError(moment)
