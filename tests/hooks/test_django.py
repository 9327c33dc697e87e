import asyncio
import json

import httpx2
import pytest
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path
from frameworks.django_app import configure
from middleware.harness import Gateway, environ
from werkzeug.test import Client

import graphsignal_mw
from graphsignal_mw.hooks import install

BODY = {"x": {"a": 1}}


def predict(request):
    return JsonResponse({"y": json.loads(request.body)["x"]["a"] / 2})


def fails(request):
    raise ValueError("model 7 is missing")


async def fails_async(request):
    raise ValueError("model 7 is missing")


def streams(request):
    return StreamingHttpResponse(iter([b'{"y":', b" 0.5}"]), content_type="application/json")


def sends(request):
    return FileResponse(open(__file__, "rb"))  # noqa: PTH123 - Django closes it


def refuses(request):
    return HttpResponse(status=403)


urlpatterns = [path(view.__name__, view) for view in (predict, fails, fails_async, streams, sends, refuses)]
PATHS = tuple(f"/{pattern.name or pattern.pattern}" for pattern in urlpatterns)


@pytest.fixture(scope="module", autouse=True)
def configured():
    """Django is configured once in a process, by whoever comes first."""
    configure()
    with override_settings(ROOT_URLCONF=__name__):
        yield


def wsgi(records):
    handler = WSGIHandler()
    install(handler)
    client = Client(records.wsgi(handler, *PATHS))
    return lambda path: client.post(path, json=BODY, buffered=True)


def asgi(records):
    handler = ASGIHandler()
    install(handler)
    return posting(records.asgi(handler, *PATHS))


def posting(app):
    """A function that posts ``BODY`` to an ASGI app."""

    async def post(path):
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
            return await client.post(path, json=BODY)

    return lambda path: asyncio.run(post(path))


both = pytest.mark.parametrize("placed", [wsgi, asgi])


@both
def test_a_prediction_is_recorded(records, placed):
    answer = placed(records)("/predict")
    assert (answer.status_code, answer.json if placed is wsgi else answer.json()) == (200, {"y": 0.5})
    prediction = records.mapped().predictions[0]
    assert (prediction.features, prediction.outputs) == ({"a": 1}, {"prediction": 0.5})
    assert records.only().exception is None


@both
@pytest.mark.parametrize("view", ["fails", "fails_async"])
def test_an_exception_that_django_answers_is_one_record_with_type_and_frames(records, placed, view):
    """Trap 38: seen through the signal, in whichever thread Django runs the view."""
    assert placed(records)(f"/{view}").status_code == 500
    found = records.only()
    assert (found.status, found.exception.type, found.exception.message) == (
        500,
        "ValueError",
        "model <number> is missing",
    )
    assert found.exception.frames[-1][0].endswith("tests/hooks/test_django.py")
    assert found.exception.frames[-1][2] == view


@both
def test_concurrent_or_later_requests_do_not_get_the_exception(records, placed):
    """Trap 11."""
    post = placed(records)
    for name in ("/fails", "/predict", "/fails", "/refuses"):
        post(name)
    assert [(r.status, r.exception and r.exception.type) for r in records] == [
        (500, "ValueError"),
        (200, None),
        (500, "ValueError"),
        (403, None),
    ]


def test_an_exception_that_django_lets_through_is_one_record(records):
    """Not with its ASGI handler, which then leaves the file of the body open, with us and without us."""
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True):
        post = wsgi(records)
        with pytest.raises(ValueError, match="model 7"):
            post("/fails")
    assert (records.only().outcome, records.only().exception.type) == ("failed", "ValueError")


def test_a_streamed_answer_is_put_together(records):
    assert wsgi(records)("/streams").data == b'{"y": 0.5}'
    assert records.mapped().predictions[0].outputs == {"prediction": 0.5}


def test_a_file_is_left_to_the_server(records):
    """Trap 18: Django gives it to the wrapper of the server."""
    handed = []

    class Wrapper:
        def __init__(self, file, size):
            self.file = file
            handed.append(self)

    given = environ(path="/sends", **{"wsgi.file_wrapper": Wrapper})
    result = records.wsgi(WSGIHandler(), *PATHS)(given, Gateway().start_response)
    assert result is handed[0]
    result.file.close()
    assert records.only().response_state == "skipped"


def test_the_hook_is_installed_once(records):
    for _ in range(3):
        post = wsgi(records)
    post("/fails")
    assert records.only().exception.type == "ValueError"


def in_wsgi(added, settings):
    client = Client(added(WSGIHandler(), **settings))
    return lambda path: client.post(path, json=BODY, buffered=True)


def in_asgi(added, settings):
    return posting(added(ASGIHandler(), **settings))


@pytest.mark.parametrize(
    ("served", "added"),
    [
        (in_wsgi, graphsignal_mw.WSGIMiddleware),
        (in_wsgi, graphsignal_mw.instrument),
        (in_asgi, graphsignal_mw.ASGIMiddleware),
        (in_asgi, graphsignal_mw.instrument),
    ],
)
def test_what_would_be_uploaded_names_the_exception(agent, served, added):
    """From a request to a delta."""
    signals.got_request_exception.disconnect(dispatch_uid="graphsignal_mw")
    post = served(added, agent.settings)
    assert [post(path).status_code for path in ("/predict", "/fails")] == [200, 500]
    part = agent.part()
    assert (part.counters["requests"], part.counters["predictions"], part.counters["exceptions"]) == (2, 1, 1)
    assert [found.type for found in part.exceptions] == ["ValueError"]
