"""One endpoint's mapping, compiled: an exchange goes in, predictions or labels come out."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from graphsignal_mw.mapping.body import UnparsedError, parse
from graphsignal_mw.mapping.endpoint import Endpoint
from graphsignal_mw.mapping.instances import per_instance, to_instances, to_outputs
from graphsignal_mw.mapping.jsonpath import Path, compile_path
from graphsignal_mw.mapping.template import fill, header_names, render
from graphsignal_mw.records import Exchange, GroundTruth, Mapped, Prediction


class Mapper:
    """Maps the exchanges of ``endpoint``. Never raises: what does not fit is counted."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.path, self.methods = endpoint.path, endpoint.methods
        self.headers = header_names((endpoint.deployment, *endpoint.metadata.values()))
        self._features = _compiled(endpoint.features)
        self._predictions = _compiled_outputs(endpoint.predictions)
        self._score, self._label = _compiled(endpoint.score), _compiled(endpoint.label)
        self._prediction = _compiled(endpoint.prediction)
        self._timestamp, self._id = _compiled(endpoint.timestamp), _compiled(endpoint.prediction_id)
        self._segments = [compile_path(text) for text in endpoint.segments]

    @property
    def is_ground_truth(self) -> bool:
        """Whether the endpoint takes labels, not predictions."""
        return self.endpoint.kind == "ground_truth"

    def deployment(self, params: Mapping[str, str]) -> str:
        """Return the name of the deployment for the parameters of a path."""
        return fill(self.endpoint.deployment, params)[:250]

    def map(self, exchange: Exchange) -> Mapped:
        """Return what ``exchange`` holds; predictions and labels only of a 2xx answer."""
        rendered = {name: render(text, exchange) for name, text in self.endpoint.metadata.items()}
        metadata = {name: value for name, value in rendered.items() if value is not None}
        deployment = render(self.endpoint.deployment, exchange) or self.deployment(exchange.params)
        mapped = Mapped(deployment, metadata)
        if exchange.outcome == "completed" and exchange.status is not None and 200 <= exchange.status < 300:
            counters: Counter[str] = Counter()
            bodies = _Bodies(exchange, counters)
            if self.is_ground_truth:
                self._map_labels(bodies, mapped)
            else:
                self._map_predictions(bodies, mapped)
            mapped.counters = dict(counters)
        return mapped

    def _map_predictions(self, bodies: "_Bodies", mapped: Mapped) -> None:
        features = self._instances(bodies)
        outputs = self._outputs(bodies, len(features) or 1)
        count = max(len(features), len(outputs))
        if features and outputs and len(features) != len(outputs):
            count = min(len(features), len(outputs))
            bodies.counters["mismatched"] += abs(len(features) - len(outputs))
        scores = _spread(bodies, self._score, "score", count, "response")
        times = _spread(bodies, self._timestamp, "timestamp", count)
        ids = _spread(bodies, self._id, "prediction_id", count)
        segments = self._row_segments(bodies, count)
        for row in range(count):
            mapped.predictions.append(
                Prediction(
                    features=features[row] if row < len(features) else {},
                    outputs=outputs[row] if row < len(outputs) else {},
                    segments=segments[row],
                    timestamp=_time(times[row], bodies.counters),
                    score=_score(scores[row]),
                    prediction_id=None if ids[row] is None else str(ids[row]),
                )
            )

    def _map_labels(self, bodies: "_Bodies", mapped: Mapped) -> None:
        labels = _listed(bodies.find(self._label, "label"))
        predictions = _listed(bodies.find(self._prediction, "prediction"))
        count = min(len(labels), len(predictions))
        bodies.counters["mismatched"] += abs(len(labels) - len(predictions))
        scores = _spread(bodies, self._score, "score", count)
        times = _spread(bodies, self._timestamp, "timestamp", count)
        segments = self._row_segments(bodies, count)
        kind = self.endpoint.output.kind
        mapped.labels.extend(
            GroundTruth(
                label=_typed(labels[row], kind),
                prediction=_typed(predictions[row], kind),
                segments=segments[row],
                timestamp=_time(times[row], bodies.counters),
                score=_score(scores[row]),
                kind=kind,
            )
            for row in range(count)
        )

    def _instances(self, bodies: "_Bodies") -> list[Mapping[str, Any]]:
        if self._features is None:
            return []
        found = bodies.find(self._features, "features")
        instances = to_instances(found, self.endpoint.feature_names, "feature")
        excluded = set(self.endpoint.exclude)
        if not excluded:
            return instances
        return [{k: v for k, v in row.items() if k not in excluded} for row in instances]

    def _outputs(self, bodies: "_Bodies", instances: int) -> list[Mapping[str, Any]]:
        if isinstance(self._predictions, Path):
            return to_outputs(bodies.find(self._predictions, "predictions", "response"), instances)
        columns = {}
        for name, path in self._predictions.items():
            found = bodies.find(path, name, "response")
            if found:
                columns[name] = _listed(found) if len(_listed(found)) == instances else found
        rows = max(map(len, columns.values()), default=0)
        return [{k: v[row] if row < len(v) else None for k, v in columns.items()} for row in range(rows)]

    def _row_segments(self, bodies: "_Bodies", count: int) -> list[tuple[str, ...]]:
        columns = [
            (path.name or path.text, _spread(bodies, path, f"segment {path.name or path.text}", count))
            for path in self._segments
        ]
        return [
            tuple(f"{name}={_plain(values[row])}"[:250] for name, values in columns if values[row] is not None)
            for row in range(count)
        ]


class _Bodies:
    """The two bodies of an exchange, each parsed when a path first looks into it."""

    def __init__(self, exchange: Exchange, counters: Counter[str]) -> None:
        self.exchange, self.counters = exchange, counters
        self._parsed: dict[str, Any] = {}

    def find(self, path: Path | None, field: str, first: str = "request") -> list[Any]:
        """Return what ``path`` finds in one body or else in the other; nothing is counted as ``unmatched``."""
        if path is None:
            return []
        for side in (first, "response" if first == "request" else "request"):
            found = path.find(self._body(side))
            if found:
                return found
        self.counters[f"unmatched.{field}"] += 1
        return []

    def _body(self, side: str) -> Any:
        if side not in self._parsed:
            self._parsed[side] = self._parse(side)
        return self._parsed[side]

    def _parse(self, side: str) -> Any:
        exchange = self.exchange
        try:
            if side == "request":
                return parse(exchange.request_body, exchange.request_state, exchange.request_headers)
            return parse(exchange.response_body, exchange.response_state, exchange.response_headers)
        except UnparsedError as error:
            self.counters[f"unparsed.{error.reason}"] += 1
            return None


def _compiled(text: str | None) -> Path | None:
    return None if text is None else compile_path(text)


def _compiled_outputs(outputs: str | Mapping[str, str] | None) -> Path | dict[str, Path]:
    if isinstance(outputs, str):
        return compile_path(outputs)
    return {name: compile_path(text) for name, text in (outputs or {}).items()}


def _spread(bodies: _Bodies, path: Path | None, field: str, count: int, first: str = "request") -> list[Any]:
    found = bodies.find(path, field, first) if path is not None and count else []
    return per_instance(found, count) if found else [None] * count


def _listed(found: list[Any]) -> list[Any]:
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _time(value: Any, counters: Counter[str]) -> float | None:
    """Unix seconds of a number or of ISO 8601 text; naive times are UTC."""
    if value is None:
        return None
    try:
        seconds = float(value) if isinstance(value, (int, float)) else _iso(value)
    except (TypeError, ValueError, OverflowError):
        seconds = -1.0
    if 0 <= seconds < 2**40:
        return seconds
    counters["unmatched.timestamp"] += 1
    return None


def _iso(value: Any) -> float:
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _score(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 <= value <= 1 else None


def _typed(value: Any, kind: str | None) -> Any:
    """Let numbers stand for booleans and classes where the kind says so."""
    if kind == "binary" and isinstance(value, (int, float)):
        return bool(value)
    if kind == "categorical" and not isinstance(value, str):
        return _plain(value)
    return value


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
