"""What is recorded of an app in each framework, from a request to what would be uploaded."""

import pytest

from .conftest import BUILDERS, PATHS
from .serving import Request, ask


def module_of(framework):
    return "django_app" if framework.startswith("django") else f"{framework}_app"


BODY = b'{"x": {"a": 1}}'


def test_a_prediction_has_its_features_and_its_output(monitored, framework):
    app = monitored.add(BUILDERS[framework](), *PATHS)
    for path in ("/predict", "/reads_first"):
        ask(app, Request("POST", path, BODY))
    counters, exceptions = monitored.counters()
    assert (counters["requests"], counters["predictions"], exceptions) == (2, 2, [])
    assert monitored.columns() == [{"a"}, {"prediction"}]


def test_a_streamed_prediction_is_put_together(monitored, framework):
    ask(monitored.add(BUILDERS[framework](), *PATHS), Request("POST", "/streams", BODY))
    assert monitored.columns()[1] == {"prediction"}


@pytest.mark.parametrize(("path", "kind"), [("/fails", "ValueError"), ("/fails_late", "LookupError")])
def test_an_exception_is_recorded_once_with_its_type_and_its_frames(monitored, framework, path, kind):
    """Trap 38: of a view, which most frameworks answer themselves, and of a stream that has begun."""
    method, body = ("POST", BODY) if path == "/fails" else ("GET", b"")
    ask(monitored.add(BUILDERS[framework](), *PATHS), Request(method, path, body))
    counters, (found,) = monitored.counters()
    assert (counters["requests"], counters["exceptions"], counters["predictions"]) == (1, 1, 0)
    assert (found.type, found.count) == (kind, 1)
    file, _, function = found.frames[-1]
    module, name = ("views", "breaks") if path == "/fails_late" else (module_of(framework), "fails")
    assert (file, function.split(".")[-1]) == (f"tests/frameworks/{module}.py", name)


@pytest.mark.parametrize(
    "asked", [Request("GET", "/missing"), Request("POST", "/predict", b"{"), Request("GET", "/moves")]
)
def test_what_the_app_refuses_is_no_exception(monitored, framework, asked):
    ask(monitored.add(BUILDERS[framework](), *PATHS), asked)
    counters, exceptions = monitored.counters()
    assert (counters["requests"], counters["predictions"], exceptions) == (1, 0, [])


def test_it_is_told_of_the_next_request_too(monitored, framework):
    """The hook is installed once for an app, and one request's exception is not that of another."""
    app = monitored.add(BUILDERS[framework](), *PATHS)
    for path in ("/fails", "/predict", "/fails"):
        ask(app, Request("POST", path, BODY))
    counters, exceptions = monitored.counters()
    assert (counters["requests"], counters["exceptions"], counters["predictions"]) == (3, 2, 1)
    assert sum(found.count for found in exceptions) == 2


def test_an_app_that_is_instrumented_twice_records_once(monitored, framework):
    app = monitored.add(monitored.add(BUILDERS[framework](), *PATHS), *PATHS)
    for path in ("/predict", "/fails"):
        ask(app, Request("POST", path, BODY))
    counters, (found,) = monitored.counters()
    assert (counters["requests"], counters["exceptions"], found.count) == (2, 1, 1)


def test_an_app_that_is_disabled_is_left_alone(monitored, framework):
    app = BUILDERS[framework]()
    assert monitored.add(app, *PATHS, disabled=True) is app
    ask(app, Request("POST", "/fails", BODY))
    assert list(monitored.parts()) == []


@pytest.mark.parametrize("name", ["starlette", "fastapi", "quart", "litestar", "falcon_asgi"])
def test_the_end_of_the_lifespan_writes_what_is_uploaded(monitored, name, tmp_path):
    """Trap 44: uvicorn and granian run no atexit; the lifespan's end is the last moment."""
    ask(monitored.add(BUILDERS[name](), *PATHS), Request("POST", "/predict", BODY))
    assert list(tmp_path.rglob("*.delta"))
