"""One app, bare and with each middleware: ``VARIANTS[framework][name]()`` returns what a server would serve."""

import copy
import os
import tempfile

ANSWER = b'{"prediction": 0.75, "version": "1.0"}'
PATH = "/predict"
DUMMY_TOKEN = "apt_" + "0" * 24  # accepted by the form, never sent: nothing listens at NOWHERE
NOWHERE = "http://127.0.0.1:9"


def starlette():
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    async def predict(request):
        await request.body()
        return Response(ANSWER, media_type="application/json")

    return Starlette(routes=[Route(PATH, predict, methods=["POST"])])


def flask():
    from flask import Flask, Response, request

    app = Flask(__name__)

    @app.post(PATH)
    def predict():
        request.get_data()
        return Response(ANSWER, mimetype="application/json")

    return app


def settings(path):
    """Ours, with the real agent: statistics go to a spool of its own."""
    endpoint = {"path": path, "deployment": "bench", "features": "$", "predictions": "$.prediction"}
    return {"config": {"endpoints": [endpoint]}, "spool_dir": tempfile.mkdtemp(prefix="graphsignal-mw-bench-")}


def ours_asgi(path, **more):
    from graphsignal_mw import ASGIMiddleware

    return ASGIMiddleware(starlette(), **settings(path), **more)


def ours_draining():
    """Ours, where the background thread always has a backlog: each request is queued ten times over.

    It may take a whole core, if it gets it, and looks into every body.
    """
    app = ours_asgi(PATH, max_cpu_share=1.0)
    submit = app.submit
    pipeline = submit.__self__.pipeline
    backlog = []

    def many(capture):
        if not backlog:
            backlog.extend([copy.copy(capture).finish()] * BACKLOG)
        submit(capture)
        for exchange in backlog:
            pipeline.submit(exchange, len(exchange.request_body))

    app.submit = many
    return app


def ours_wsgi(path):
    from graphsignal_mw import WSGIMiddleware

    return WSGIMiddleware(flask(), **settings(path))


def prometheus():
    from prometheus_fastapi_instrumentator import Instrumentator

    app = starlette()
    Instrumentator().instrument(app)
    return app


def exporter():
    from starlette_exporter import PrometheusMiddleware

    app = starlette()
    app.add_middleware(PrometheusMiddleware)
    return app


def tracer():
    """A provider that samples everything, and exports nothing: what the peer costs at best."""
    from opentelemetry.sdk.trace import TracerProvider

    return TracerProvider()


def telemetry_asgi(provider=None):
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    return OpenTelemetryMiddleware(starlette(), tracer_provider=provider)


def telemetry_flask(provider=None):
    from opentelemetry.instrumentation.flask import FlaskInstrumentor

    app = flask()
    FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
    return app


def sentry(app, rate):
    """Sentry instruments the framework by its own integrations; ``rate`` of the requests are traced."""
    import sentry_sdk
    from sentry_sdk.transport import Transport

    class Discard(Transport):
        def capture_envelope(self, envelope):
            pass

    sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", traces_sample_rate=rate, transport=Discard)
    return app()


def sentry_asgi(rate):
    from sentry_sdk.integrations.asgi import SentryAsgiMiddleware

    return SentryAsgiMiddleware(sentry(starlette, rate))


def apitally(framework, bodies):
    import importlib

    os.environ["APITALLY_OTLP_ENDPOINT"] = NOWHERE
    app = starlette() if framework == "starlette" else flask()
    importlib.import_module(f"apitally.{framework}").init(
        app, write_token=DUMMY_TOKEN, capture_request_body=bodies, capture_response_body=bodies
    )
    return app


def empty():
    from starlette.middleware.base import BaseHTTPMiddleware

    class Empty(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            return await call_next(request)

    app = starlette()
    app.add_middleware(Empty)
    return app


BARE, PASSES, CAPTURES = "bare", "ours, route not configured", "ours, capture of both bodies"
AGAIN = "bare, once more"
DRAINS = "ours, under a full drain"
BACKLOG = 10  # more records for each request
VARIANTS = {
    "starlette": {
        BARE: starlette,
        PASSES: lambda: ours_asgi("/other"),
        CAPTURES: lambda: ours_asgi(PATH),
        "Apitally, without bodies": lambda: apitally("starlette", False),
        "Apitally, with bodies": lambda: apitally("starlette", True),
        "prometheus-fastapi-instrumentator": prometheus,
        "starlette_exporter": exporter,
        "OpenTelemetry, off": telemetry_asgi,
        "OpenTelemetry, on": lambda: telemetry_asgi(tracer()),
        "Sentry, traces off": lambda: sentry_asgi(None),
        "Sentry, traces on": lambda: sentry_asgi(1.0),
        "an empty BaseHTTPMiddleware": empty,
    },
    "flask": {
        BARE: flask,
        PASSES: lambda: ours_wsgi("/other"),
        CAPTURES: lambda: ours_wsgi(PATH),
        "Apitally, without bodies": lambda: apitally("flask", False),
        "Apitally, with bodies": lambda: apitally("flask", True),
        "OpenTelemetry, off": telemetry_flask,
        "OpenTelemetry, on": lambda: telemetry_flask(tracer()),
        "Sentry, traces off": lambda: sentry(flask, None),
        "Sentry, traces on": lambda: sentry(flask, 1.0),
    },
}
TAILS = {BARE: starlette, AGAIN: starlette, CAPTURES: VARIANTS["starlette"][CAPTURES], DRAINS: ours_draining}
