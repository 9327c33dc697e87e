import pytest

from .harness import Connection, answering, router


def found(routes, path, method="POST"):
    match = routes.match(method, path)
    return match and (match[0].path, dict(match[1]))


@pytest.mark.parametrize(
    ("configured", "path", "params"),
    [
        ("/predict", "/predict", {}),
        ("/models/{name}/predict", "/models/iris/predict", {"name": "iris"}),
        ("/{a}/{b}", "/1/2", {"a": "1", "b": "2"}),
        ("/files/{rest:path}", "/files/a/b/c", {"rest": "a/b/c"}),
        ("/files/{rest:path}", "/files/", {"rest": ""}),
        ("/a.b/{x}", "/a.b/1", {"x": "1"}),
        ("/{x}", "/line\nbreak", {"x": "line\nbreak"}),
        ("/é/{x}", "/é/ü", {"x": "ü"}),
    ],
)
def test_a_path_is_matched_whole(configured, path, params):
    assert found(router(configured), path) == (configured, params)


@pytest.mark.parametrize(
    ("configured", "path"),
    [
        ("/predict", "/predict/"),
        ("/predict", "/Predict"),
        ("/predict", "/predict/x"),
        ("/models/{name}/predict", "/models//predict"),
        ("/models/{name}/predict", "/models/a/b/predict"),
        ("/models/{name}", "/models/a/"),
        ("/a.b/{x}", "/aXb/1"),
    ],
)
def test_another_path_is_none_of_ours(configured, path):
    """Trap 34: nor is the one that a framework redirects."""
    assert found(router(configured), path) is None


def test_methods_are_those_of_the_endpoint():
    routes = router("/predict", "/{name}", methods=("POST", "PUT"))
    assert [found(routes, "/predict", method) is not None for method in ("POST", "PUT", "GET")] == [True, True, False]
    assert [found(routes, "/x", method) is not None for method in ("POST", "PUT", "GET")] == [True, True, False]


def test_a_literal_path_beats_parameters_and_the_first_given_wins():
    routes = router("/{a}", "/{b}", "/x/{c:path}", "/predict", "/x/{d}/{e}")
    assert found(routes, "/predict") == ("/predict", {})
    assert found(routes, "/other") == ("/{a}", {"a": "other"})
    assert found(routes, "/x/1/2") == ("/x/{c:path}", {"c": "1/2"})


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_methods_that_have_no_body_are_no_predictions(records, method):
    """Trap 31: also where somebody configured them."""
    monitored = records.asgi(answering, "/predict", methods=("POST", method))
    Connection(method=method).run(monitored)
    assert records == []


@pytest.mark.parametrize(
    ("root_path", "path", "configured"),
    [
        ("", "/predict", "/predict"),
        ("/api", "/api/predict", "/predict"),
        ("/api", "/predict", "/predict"),
        ("/api", "/api/predict", "/api/predict"),
        ("/api", "/predict", "/api/predict"),
        ("/api/", "/api/predict", "/predict"),
        ("/api/", "/predict", "/api/predict"),
        ("/a/b", "/a/b/models/x", "/models/{name}"),
        ("/é", "/é/predict", "/predict"),
    ],
)
def test_the_prefix_of_a_proxy_may_be_in_the_path_or_not(records, root_path, path, configured):
    """Trap 33: {strips the prefix or not} times {root_path set or not}, whichever way it was configured."""
    Connection(root_path=root_path, path=path).run(records.asgi(answering, configured))
    assert records.only().endpoint.path == configured


@pytest.mark.parametrize(
    ("root_path", "path"), [("/api", "/apipredict"), ("/api", "/other"), ("/", "/x"), ("/api", "/api")]
)
def test_a_prefix_is_one_of_whole_segments(records, root_path, path):
    Connection(root_path=root_path, path=path).run(records.asgi(answering, "/predict"))
    assert records == []
