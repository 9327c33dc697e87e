"""A pytest plugin that runs another project's tests with our middleware around every app that they make.

Loaded with ``-p plugin`` in that project's own environment. It is told by environment variables:

- ``UPSTREAM_MODE``: ``bare`` (without us), ``nothing`` (nothing is configured), ``everything`` (all is captured);
- ``UPSTREAM_PATCHES``: where to stand, see :func:`patch`;
- ``UPSTREAM_REPORT``: the file that gets what happened, as JSON.
"""

import functools
import importlib
import inspect
import json
import os
import traceback
from collections import Counter
from pathlib import Path

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "HEAD", "OPTIONS", "FOO", "REPORT"]
EVERYTHING = {"path": "/{path:path}", "deployment": "upstream", "methods": METHODS, "features": "$", "predictions": "$"}
CONFIGS = {"nothing": {}, "everything": {"endpoints": [EVERYTHING]}}

outcomes: dict[str, str] = {}
counts: Counter[str] = Counter()


def pytest_configure():
    mode = os.environ["UPSTREAM_MODE"]
    if mode == "bare":
        return
    count_records()
    wrap = {"asgi": counting_asgi(CONFIGS[mode]), "wsgi": counting_wsgi(CONFIGS[mode])}
    for words in os.environ["UPSTREAM_PATCHES"].split(","):
        kind, target = words.split()
        patch(target, wrap[kind], kind)


def pytest_runtest_logreport(report):
    """Keep the worst of setup, call and teardown."""
    before = outcomes.get(report.nodeid, "passed")
    if before != "failed" and report.outcome != "passed":
        outcomes[report.nodeid] = report.outcome
    else:
        outcomes.setdefault(report.nodeid, before)


def pytest_collectreport(report):
    if report.failed:
        outcomes[report.nodeid] = "not collected"


def pytest_sessionfinish():
    Path(os.environ["UPSTREAM_REPORT"]).write_text(json.dumps({"outcomes": outcomes, "counts": counts}))


def count_records():
    """Count what comes to the agent: the records, and the defects of ours."""
    from graphsignal_mw.agent import Agent

    for name, counted in (("submit", "captured"), ("fault", "faults")):
        setattr(Agent, name, counting(getattr(Agent, name), counted))


def counting(function, name):
    @functools.wraps(function)
    def count(*args):
        counts[name] += 1
        if name == "faults":
            counts[where(args[-1])] += 1
        return function(*args)

    return count


def where(error):
    """Say what a defect of ours was, and the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error!r} at {frame.filename}:{frame.lineno}"


def counting_asgi(config):
    from graphsignal_mw import ASGIMiddleware

    class Counting(ASGIMiddleware):
        async def __call__(self, scope, receive, send):
            counts["wrapped"] += scope["type"] == "http"
            await super().__call__(scope, receive, send)

    return functools.partial(Counting, config=config)


def counting_wsgi(config):
    from graphsignal_mw import WSGIMiddleware

    class Counting(WSGIMiddleware):
        def __call__(self, environ, start_response):
            counts["wrapped"] += 1
            return super().__call__(environ, start_response)

    return functools.partial(Counting, config=config)


def patch(target, wrap, kind):
    """Stand at ``module:Class.__call__`` of apps, or at ``module:function(name)``, given an app as ``name``."""
    module, _, path = target.partition(":")
    path, _, argument = path.rstrip(")").partition("(")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(module))
    original = getattr(owner, name)
    if argument:
        setattr(owner, name, with_argument(original, argument, wrap))
    else:
        setattr(owner, name, CALLS[kind](original, wrap))


def with_argument(original, argument, wrap):
    signature = inspect.signature(original)

    @functools.wraps(original)
    def call(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        app = bound.arguments[argument]
        bound.arguments[argument] = wrap(app) if callable(app) else app  # some take a name too, and load it
        return original(*bound.args, **bound.kwargs)

    return call


def asgi_call(original, wrap):
    @functools.wraps(original)
    async def call(self, scope, receive, send):
        await wrap(original.__get__(self))(scope, receive, send)

    return call


def wsgi_call(original, wrap):
    @functools.wraps(original)
    def call(self, environ, start_response):
        return wrap(original.__get__(self))(environ, start_response)

    return call


CALLS = {"asgi": asgi_call, "wsgi": wsgi_call}
