"""Exchanges as a middleware hands them over, and what a mapper makes of them."""

import json

from graphsignal_mw.mapping import Endpoint, Mapper
from graphsignal_mw.records import Exchange

JSON = [(b"content-type", b"application/json")]


def exchange(request=None, response=None, **fields):
    """A request answered with 200; bodies are given as values, or as the bytes themselves."""
    given = {
        "endpoint": None,
        "params": {},
        "started_at": 1000.0,
        "duration": 0.01,
        "status": 200,
        "outcome": "completed",
        "request_headers": JSON,
        "response_headers": JSON,
        "request_body": request if isinstance(request, bytes) else json.dumps(request).encode(),
        "response_body": response if isinstance(response, bytes) else json.dumps(response).encode(),
    }
    return Exchange(**(given | fields))


def mapped(endpoint, request=None, response=None, **fields):
    """What the mapper of ``endpoint`` finds; ``endpoint`` are its fields, without path and deployment."""
    mapper = Mapper(Endpoint(**({"path": "/predict", "deployment": "model"} | endpoint)))
    return mapper.map(exchange(request, response, **fields))
