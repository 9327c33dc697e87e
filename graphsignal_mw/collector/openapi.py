"""The OpenAPI document, made from the table of operations."""

import re
from typing import Any

from graphsignal_mw._version import __version__
from graphsignal_mw.collector.operations import OPERATIONS, Operation
from graphsignal_mw.store import STATES
from graphsignal_mw.wire import CONTENT_TYPE, JSON_TYPES

_PARAMETERS: dict[str, tuple[str, dict[str, Any]]] = {
    "from": ("Start, ISO 8601 or Unix seconds; default 24 hours before the end.", {"type": "string"}),
    "to": ("End (exclusive), ISO 8601 or Unix seconds; default now.", {"type": "string"}),
    "version": ("Only this version of the model.", {"type": "string"}),
    "segment": ("Only this segment, name=value.", {"type": "string"}),
    "stream": ("Only this stream.", {"type": "string", "enum": ["features", "predictions"]}),
    "column": ("Name of a column; needs a stream.", {"type": "string"}),
    "metric": (
        "What to return; default count of a column, else requests, or predictions of a segment.",
        {"type": "string"},
    ),
    "step": ("Seconds between two points; default one window.", {"type": "integer", "minimum": 1}),
    "deployment": ("Only of this deployment.", {"type": "string"}),
    "state": ("Only in this state.", {"type": "string", "enum": list(STATES)}),
    "limit": ("Items of a page, at most 1000; default 100.", {"type": "integer", "minimum": 1, "maximum": 1000}),
    "cursor": ("Where the page begins: from the Link header of the page before.", {"type": "string"}),
}
_PROBLEM = {
    "description": "A problem document (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def document() -> dict[str, Any]:
    """Return the document, version 3.1."""
    paths: dict[str, dict[str, Any]] = {"/api/v1/deltas": {"post": _ingest()}}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "graphsignal_mw collector", "version": __version__},
        "paths": paths,
        "security": [{"key": []}],
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _problem_schema()},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "parameters": [*_path_parameters(operation.path), *map(_query_parameter, operation.parameters)],
        "responses": {
            str(operation.status): {"description": "Done.", "content": {operation.media_type: {}}},
            "default": _PROBLEM,
        },
    }
    if operation.body:
        described["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return described


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if name == "id" else "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameter(name: str) -> dict[str, Any]:
    description, schema = _PARAMETERS[name]
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _ingest() -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        "summary": "Upload statistics, once: a repeat answers duplicate: true.",
        "requestBody": {
            "required": True,
            "content": {CONTENT_TYPE: binary, JSON_TYPES[0]: {"schema": {"type": "object"}}},
        },
        "responses": {
            "200": {"description": "On disk; says whether it was a duplicate."},
            "default": _PROBLEM,
        },
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    error = {"type": "object", "properties": {"key": text, "value": text, "expectation": text}}
    return {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"type": "array", "items": error},
        },
    }
