"""One set of views for both of Django's handlers. Django is configured once in a process, by whoever comes first."""

import inspect
import json

import django
from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils.decorators import sync_and_async_middleware

from . import views

SETTINGS = {
    "ROOT_URLCONF": __name__,
    "MIDDLEWARE": [f"{__name__}.reading_first"],
    "DATA_UPLOAD_MAX_MEMORY_SIZE": None,
}
HANDLERS = {"django_wsgi": WSGIHandler, "django_asgi": ASGIHandler}


def configure():
    """Configure Django, unless it is already."""
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], LOGGING_CONFIG=None, SECRET_KEY="x")
        django.setup()


def predict(request):
    try:
        return JsonResponse(views.answer(json.loads(request.body)))
    except ValueError as error:
        raise BadRequest("no JSON") from error


def page(request):
    return HttpResponse("page")


def moves(request):
    return HttpResponseRedirect("/predict")


def streams(request):
    given = views.flows() if request.scope_is_async else iter(views.CHUNKS)
    return StreamingHttpResponse(given, content_type="application/json")


def fails(request):
    raise ValueError("model 7 is missing")


def fails_late(request):
    if request.scope_is_async:
        request._stream.close()  # Django leaves the file of the body open after such a failure
    given = views.breaks_flowing() if request.scope_is_async else views.breaks()
    return StreamingHttpResponse(given, content_type="application/json")


class Later(JsonResponse):
    def close(self):
        super().close()
        views.later_sync()


def background(request):
    return Later({"y": 1})


def large(request):
    return HttpResponse(request.body, content_type="application/json")


def sends(request):
    if request.scope_is_async:  # Django would warn of reading a file there
        return HttpResponse(views.CHUNKS[0])
    return FileResponse(open(views.WHOLE, "rb"))  # noqa: PTH123 - Django closes it


@sync_and_async_middleware
def reading_first(get_response):
    def prepared(request):
        request.scope_is_async = hasattr(request, "scope")
        if request.path == "/reads_first":
            assert request.body

    async def called_async(request):
        prepared(request)
        return await get_response(request)

    def called(request):
        prepared(request)
        return get_response(request)

    return called_async if inspect.iscoroutinefunction(get_response) else called


VIEWS = (predict, page, moves, streams, fails, fails_late, background, large, sends)
urlpatterns = [path(view.__name__, view) for view in VIEWS] + [path("reads_first", predict)]
