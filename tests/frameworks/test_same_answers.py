"""With us and without us, an app behaves the same: bytes, chunks, headers, exceptions, logs, what runs later."""

import json

import pytest

from .conftest import BUILDERS, IN_PLACE, PATHS
from .serving import Request, ask

BODY = b'{"x": {"a": 1}}'
LARGE = b'{"x": {"a": 1}, "rest": "' + 3_000_000 * b"r" + b'"}'
WORKS = {200}

# What is asked, and the statuses that frameworks answer with; None: an exception came out before any.
REQUESTS = {
    "prediction": (Request("POST", "/predict", BODY), WORKS),
    "missing": (Request("GET", "/missing"), {404}),
    "refused": (Request("POST", "/predict", b"{"), {400, 422}),
    "redirect": (Request("GET", "/moves"), {302, 303, 307}),
    "stream": (Request("POST", "/streams", BODY), WORKS),
    "head": (Request("HEAD", "/page"), {200, 204}),
    "failing view": (Request("POST", "/fails", BODY), {500}),
    "failing stream": (Request("GET", "/fails_late"), WORKS),
    "background": (Request("POST", "/background", BODY), WORKS),
    "large": (Request("POST", "/large", LARGE), WORKS),
    "file": (Request("GET", "/sends"), WORKS),
    "body read first": (Request("POST", "/reads_first", BODY), WORKS),
}


@pytest.mark.parametrize("paths", [PATHS, ()], ids=["everything", "nothing"])
@pytest.mark.parametrize("asked", REQUESTS)
def test_an_app_answers_the_same_with_us_and_without_us(monitored, framework, asked, paths):
    request, statuses = REQUESTS[asked]
    bare = ask(BUILDERS[framework](), request)
    assert bare.status in statuses
    assert ask(monitored.add(BUILDERS[framework](), *paths), request) == bare


def test_what_is_asked_shows_what_it_should(framework):
    """The table above compares something: bodies, exceptions, tasks."""
    seen = {asked: ask(BUILDERS[framework](), request) for asked, (request, _) in REQUESTS.items()}
    assert [json.loads(seen[asked].body) for asked in ("prediction", "body read first")] == [{"y": 0.5}] * 2
    assert seen["large"].body == LARGE
    assert len(seen["stream"].chunks) > 1
    assert seen["background"].later
    assert seen["failing stream"].error
    assert seen["failing view"].logged or seen["failing view"].error


def test_the_app_that_can_be_changed_in_place_is_returned(monitored, framework):
    app = BUILDERS[framework]()
    assert (monitored.add(app, *PATHS) is app) == (framework in IN_PLACE)
