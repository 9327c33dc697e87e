"""The suites that are run: another project's tests, a line for each."""

from dataclasses import dataclass

STARLETTE = "asgi starlette.testclient:_TestClientTransport.__init__(app)"

FALCON = ("wsgi falcon:App.__call__", "asgi falcon.asgi:App.__call__")
FALCON_PART = "tests/asgi/test_request_body_asgi.py tests/test_request_body.py tests/test_error_handlers.py"
FALCON_WHOLE = "tests --ignore tests/test_static.py"  # replaces open() and os.fstat() for all threads, ours included
STARLETTE_PART = "tests/middleware tests/test_requests.py tests/test_responses.py tests/test_formparsers.py"
FASTAPI_PART = (
    "tests/test_tutorial/test_body tests/test_tutorial/test_request_files tests/test_tutorial/test_dependencies"
)
WERKZEUG = "tests --deselect tests/test_serving.py"  # starts servers, whose requests do not pass here


@dataclass(frozen=True)
class Suite:
    """Another project's tests.

    ``requirement`` names the sdist, which ships them; ``needs`` is what pip installs for them, in the sdist's folder;
    ``patches`` are the places where the middleware stands, see ``plugin.patch``; ``part`` is what is run by default.
    """

    requirement: str
    needs: str
    patches: tuple[str, ...]
    part: str
    whole: str = "tests"

    @property
    def name(self):
        return self.requirement.partition("==")[0]


SUITES = {
    suite.name: suite
    for suite in (
        Suite("starlette==1.10.0", ".[full] --group dev", (STARLETTE,), STARLETTE_PART),
        Suite("flask==3.1.3", ". --group tests pytest<9.1", ("wsgi flask:Flask.__call__",), "tests"),
        Suite("fastapi==0.165.0", ".[all] --group tests", (STARLETTE,), FASTAPI_PART),
        Suite("werkzeug==3.1.9", ". --group tests", ("wsgi werkzeug.test:run_wsgi_app(app)",), WERKZEUG, WERKZEUG),
        Suite("falcon==4.4.0", ". -r requirements/tests pytest<9", FALCON, FALCON_PART, FALCON_WHOLE),
    )
}
