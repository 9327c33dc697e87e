"""Sample bodies out of an OpenAPI document: what a dry run of the mapping is tried on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SAMPLES: dict[str, Any] = {"integer": 1, "number": 0.5, "string": "text", "boolean": True, "null": None}
_PARAMETER = re.compile(r"\{[^{}]*\}")
_DEEPEST = 12  # schemas may hold themselves


class OpenApi:
    """Operations of a parsed OpenAPI document (2, 3.0 or 3.1)."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def has(self, path: str, method: str) -> bool:
        """Whether the document describes ``method`` of ``path``; parameters may have other names."""
        return self._operation(path, method) is not None

    def bodies(self, path: str, method: str) -> tuple[Any, Any]:
        """Return a sample of the request body and of the body of a 2xx response; None where there is none."""
        operation = self._operation(path, method) or {}
        request = self._content(operation.get("requestBody", {}))
        responses = operation.get("responses", {})
        good: Any = next((responses[code] for code in sorted(map(str, responses)) if code.startswith("2")), {})
        return request, self._content(good)

    def _operation(self, path: str, method: str) -> Mapping[str, Any] | None:
        wanted = _shape(path)
        for known, item in self.document.get("paths", {}).items():
            if _shape(known) == wanted and method.lower() in item:
                operation = item[method.lower()]
                return operation if isinstance(operation, Mapping) else None
        return None

    def _content(self, described: Any) -> Any:
        content = self._resolved(described).get("content", {})
        media: Any = next((content[kind] for kind in content if "json" in kind), {})
        return media["example"] if "example" in media else self.sample(media.get("schema"))

    def sample(self, schema: Any, depth: int = 0) -> Any:
        """Return a value that fits ``schema``: its own example where there is one."""
        found = self._resolved(schema)
        if depth > _DEEPEST or not found:
            return None
        for key in ("example", "default", "const"):
            if found.get(key) is not None:
                return found[key]
        if found.get("examples"):
            return found["examples"][0]
        if found.get("enum"):
            return found["enum"][0]
        for key in ("anyOf", "oneOf"):
            if found.get(key):
                return self.sample(_useful(found[key]), depth + 1)
        return self._of_type(found, depth)

    def _of_type(self, schema: Mapping[str, Any], depth: int) -> Any:
        kind = schema.get("type")
        kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
        if schema.get("allOf") or kind == "object" or "properties" in schema:
            return self._object(schema, depth)
        if kind == "array":
            items = schema.get("items") or (schema.get("prefixItems") or [None])[0]
            return [self.sample(items, depth + 1)]
        return _SAMPLES.get(str(kind))

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for part in schema.get("allOf", ()):
            inner = self.sample(part, depth + 1)
            found.update(inner if isinstance(inner, Mapping) else {})
        found.update({name: self.sample(each, depth + 1) for name, each in schema.get("properties", {}).items()})
        more = schema.get("additionalProperties")
        if not found and isinstance(more, Mapping):
            found["name"] = self.sample(more, depth + 1)
        return found

    def _resolved(self, schema: Any) -> Mapping[str, Any]:
        """Follow ``$ref`` inside the document."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, Mapping):
                return {}
            reference = schema.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return schema
            schema = self.document
            for step in reference.removeprefix("#/").split("/"):
                schema = schema.get(step.replace("~1", "/").replace("~0", "~"), {})
        return {}


def _shape(path: str) -> str:
    """Return a path with every parameter called the same; more may follow one, as in ``{name}:predict``."""
    return _PARAMETER.sub("{}", path.rstrip("/"))


def _useful(schemas: Sequence[Any]) -> Any:
    """Return the first alternative that is not just null."""
    return next((s for s in schemas if not isinstance(s, Mapping) or s.get("type") != "null"), schemas[0])
