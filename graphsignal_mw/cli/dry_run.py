"""One endpoint tried on sample bodies: which columns it would give, and what its paths do not find."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphsignal_mw.mapping import Endpoint, Mapper
from graphsignal_mw.records import Exchange, GroundTruth, Mapped
from graphsignal_mw.stats import Profile
from graphsignal_mw.window import transpose

_LOST = ("unmatched.", "unparsed.", "mismatched")
_OF_PRESET = ("features", "predictions")
_JSON = b"application/json"


class Sample(NamedTuple):
    """A body as a client or an app would send it."""

    body: bytes
    content_type: bytes = _JSON

    @classmethod
    def of(cls, value: Any) -> "Sample":
        """Return a value as JSON."""
        return cls(json.dumps(value).encode())


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What one request would give. ``columns`` are (stream, name, type); ``problems`` are sentences."""

    endpoint: Endpoint
    deployment: str
    instances: int
    columns: Sequence[tuple[str, str, str]] = ()
    problems: Sequence[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {
            "path": self.endpoint.path,
            "kind": self.endpoint.kind,
            "deployment": self.deployment,
            "instances": self.instances,
            "columns": [{"stream": stream, "name": name, "type": kind} for stream, name, kind in self.columns],
            "problems": list(self.problems),
        }


def dry_run(endpoint: Endpoint, request: Sample, response: Sample) -> DryRun:
    """Map one request with these bodies."""
    mapper = Mapper(endpoint)
    mapped = mapper.map(
        Exchange(
            endpoint=mapper,
            params={},
            started_at=0.0,
            duration=0.0,
            status=200,
            outcome="completed",
            request_headers=((b"content-type", request.content_type),),
            response_headers=((b"content-type", response.content_type),),
            request_body=request.body,
            response_body=response.body,
        )
    )
    return DryRun(
        endpoint=endpoint,
        deployment=mapped.deployment,
        instances=len(mapped.predictions) or len(mapped.labels),
        columns=_columns(mapped),
        problems=[_problem(name, endpoint) for name, n in mapped.counters.items() if n and name.startswith(_LOST)],
    )


def _counterpart(label: GroundTruth) -> dict[str, Any]:
    """Return what the label is compared with: its prediction, or the id by which the label join finds it."""
    return {"prediction_id": label.prediction_id} if label.prediction is None else {"prediction": label.prediction}


def _columns(mapped: Mapped) -> list[tuple[str, str, str]]:
    if mapped.labels:
        rows: dict[str, Sequence[Mapping[str, Any]]] = {
            "ground truth": [{"label": each.label, **_counterpart(each)} for each in mapped.labels]
        }
    else:
        rows = {
            "features": [each.features for each in mapped.predictions],
            "predictions": [each.outputs for each in mapped.predictions],
        }
    return [(stream, name, kind) for stream, found in rows.items() for name, kind in _types(found)]


def _types(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    profile = Profile()
    profile.update(transpose(rows), len(rows))
    return [
        (name, ", ".join(kind for kind, n in column.types.items() if n) or "missing")
        for name, column in profile.columns.items()
    ]


def _problem(counter: str, endpoint: Endpoint) -> str:
    name, _, what = counter.partition(".")
    if name == "unmatched" and endpoint.preset and what in _OF_PRESET and getattr(endpoint, what) is None:
        return f"{what}: the body is not of the preset {endpoint.preset}"
    if name == "unmatched":
        return f"{what}: its path finds nothing that can be used in the bodies"
    if name == "unparsed":
        return f"a body is not parsed: {what}"
    return "features and predictions have different lengths"
