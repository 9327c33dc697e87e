"""The JSON Schema of the YAML, for editors: made from the table of keys."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graphsignal_mw.config.keys import ENDPOINT, SECTIONS, SETTINGS, Key

FILE = "graphsignal-mw.schema.json"


def json_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12)."""
    sections = {name: _object(key for key in SETTINGS if key.section == name) for name in SECTIONS}
    endpoint = {**_object(ENDPOINT), "required": ["path", "deployment"]}
    top = _object(key for key in SETTINGS if not key.section)
    properties = {"endpoints": {"type": "array", "items": endpoint}, **sections, **top["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of graphsignal-mw",
        **top,
        "properties": properties,
    }


def write(folder: Path = Path(__file__).parent) -> None:
    """Write the schema that is shipped."""
    (folder / FILE).write_text(json.dumps(json_schema(), indent=2) + "\n", "utf-8")


def _object(keys: Iterable[Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key) for key in keys},
    }


def _property(key: Key) -> Mapping[str, Any]:
    variable = {"type": "string", "pattern": r"^\$\{"}
    schema = dict(key.schema)
    if schema.get("type") in {"number", "integer", "boolean"} or "enum" in schema:
        schema = {"anyOf": [schema, variable]}
    return {"description": key.doc, **schema}
