"""The routes of the collector: ingest, read API, health."""

import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from graphsignal_mw.collector.call import MAX_BODY, Call
from graphsignal_mw.collector.export import Lines
from graphsignal_mw.collector.ingest import Ingest, read_body
from graphsignal_mw.collector.meters import Meters
from graphsignal_mw.collector.openapi import document
from graphsignal_mw.collector.operations import OPERATIONS, Operation
from graphsignal_mw.collector.pages import Page
from graphsignal_mw.collector.permissions import INGEST
from graphsignal_mw.store import Store, plain

_CONVERTERS = {"deployment": "deployment:path", "id": "id:int"}
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(store: Store) -> list[BaseRoute]:
    """Return the routes over ``store``; :class:`~graphsignal_mw.collector.guard.Guard` must be around them."""
    meters = Meters()
    return [
        Route(INGEST, _ingest(store, meters), methods=["POST"]),
        *(Route(_pattern(o.path), _endpoint(store, o), methods=[o.method]) for o in OPERATIONS),
        Route("/api/v1/openapi.json", _openapi),
        Route("/healthz", _healthz),
        Route("/readyz", _readyz(store)),
        Route("/metrics", _metrics(store, meters)),
    ]


def _pattern(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: f"{{{_CONVERTERS[found[1]]}}}", path)


def _endpoint(store: Store, operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request, MAX_BODY) if operation.method == "POST" else b""
        call = Call(
            store=store,
            caller=request.state.caller,
            now=time.time(),
            path=request.path_params,
            query=request.query_params,
            body=body,
        )
        return _answer(request, await run_in_threadpool(_prepared, operation, call), operation.status)

    return endpoint


def _prepared(operation: Operation, call: Call) -> object:
    call.knows(operation.parameters)
    found = operation.handler(call)
    if isinstance(found, Lines):
        return found
    return Page(plain(found.items), found.cursor) if isinstance(found, Page) else plain(found)


def _answer(request: Request, found: object, status: int) -> Response:
    if isinstance(found, Lines):
        return StreamingResponse(iter(found), status, media_type="application/x-ndjson")
    if not isinstance(found, Page):
        return JSONResponse(found, status)
    headers = {}
    if found.cursor is not None:
        query = request.url.include_query_params(cursor=found.cursor).query
        # The path was unquoted: as it is, a name could end the header and begin another.
        headers["Link"] = f'<{quote(request.scope["path"])}?{query}>; rel="next"'
    return JSONResponse(found.items, status, headers)


def _ingest(store: Store, meters: Meters) -> Endpoint:
    handler = Ingest(store, meters)

    async def ingest(request: Request) -> Response:
        return await handler(request)

    return ingest


async def _openapi(_: Request) -> Response:
    return JSONResponse(document())


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _readyz(store: Store) -> Callable[[Request], Response]:
    def readyz(_: Request) -> Response:
        store.check()
        return JSONResponse({"status": "ready"})

    return readyz


def _metrics(store: Store, meters: Meters) -> Callable[[Request], Response]:
    def metrics(request: Request) -> Response:
        text = meters.text(store, request.state.caller.project)
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    return metrics
