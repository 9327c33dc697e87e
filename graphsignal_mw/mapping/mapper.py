"""One endpoint's mapping, compiled: an exchange goes in, predictions or labels come out."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from graphsignal_mw.mapping.bodies import Bodies, Side
from graphsignal_mw.mapping.endpoint import Endpoint, Output
from graphsignal_mw.mapping.instances import Row, join, misnamed, per_instance, to_column, to_instances, to_outputs
from graphsignal_mw.mapping.jsonpath import Path, compile_path
from graphsignal_mw.mapping.presets import PRESETS, Preset
from graphsignal_mw.mapping.template import MAX_TEXT, fill, header_names, parameters, render, without_headers
from graphsignal_mw.mapping.values import plain, score_of, time_of, typed
from graphsignal_mw.records import Exchange, GroundTruth, Mapped, Prediction


class Mapper:
    """Maps the exchanges of ``endpoint``. Never raises: what does not fit is counted."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.path, self.methods = endpoint.path, endpoint.methods
        self.preset: Preset | None = None if endpoint.preset is None else PRESETS[endpoint.preset]
        self.headers = header_names((endpoint.deployment, *endpoint.metadata.values()))
        if self.preset is not None:
            self.headers += self.preset.headers
        self.takes_lines = self.preset is not None and self.preset.lines
        self._deployment = without_headers(endpoint.deployment)
        self.has_own_name = not parameters(endpoint.deployment) and not header_names((endpoint.deployment,))
        """Whether the deployment is named by the user alone, and by nothing that a client sends."""
        self._choice = endpoint.choice
        self._features = _compiled(endpoint.features)
        self._predictions = _compiled_outputs(endpoint.predictions)
        self._score, self._label = _compiled(endpoint.score), _compiled(endpoint.label)
        self._prediction = _compiled(endpoint.prediction)
        self._timestamp, self._id = _compiled(endpoint.timestamp), _compiled(endpoint.prediction_id)
        self._segments = [(path.name or path.text, path) for path in map(compile_path, endpoint.segments)]

    @property
    def output(self) -> Output:
        """The output that labels are compared with."""
        return self.endpoint.output

    @property
    def is_ground_truth(self) -> bool:
        """Whether the endpoint takes labels, not predictions."""
        return self.endpoint.kind == "ground_truth"

    def deployment(self, params: Mapping[str, str]) -> str:
        """Return the name of the deployment for the parameters of a path, where nothing else is known."""
        return fill(self._deployment, params)[:250]

    @property
    def identity(self) -> tuple[str, dict[str, str]] | None:
        """What :meth:`identify` returns, where it is the same for every exchange; else None."""
        texts = (self.endpoint.deployment, *self.endpoint.metadata.values())
        if header_names(texts) or any(map(parameters, texts)):
            return None
        return self.identify(Exchange(self, {}, 0.0, 0.0, None, "aborted"))

    def identify(self, exchange: Exchange) -> tuple[str, dict[str, str]]:
        """Return the deployment and the metadata of ``exchange``."""
        rendered = {name: render(text, exchange) for name, text in self.endpoint.metadata.items()}
        metadata = {name: value for name, value in rendered.items() if value is not None}
        return render(self.endpoint.deployment, exchange) or self.deployment(exchange.params), metadata

    def map(self, exchange: Exchange) -> Mapped:
        """Return what ``exchange`` holds; predictions and labels only of a 2xx answer."""
        deployment, metadata = self.identify(exchange)
        mapped = Mapped(deployment, metadata)
        if exchange.succeeded and not exchange.is_sampled:
            bodies = (
                Bodies(exchange, Counter()) if self.preset is None else Bodies(exchange, Counter(), self.preset.read)
            )
            if self.is_ground_truth:
                self._map_labels(bodies, mapped)
            else:
                self._map_predictions(bodies, mapped)
                if self.preset is not None and (version := self.preset.version(bodies.parsed("response"))):
                    metadata.setdefault("model_version", version[:MAX_TEXT])
            mapped.counters = {name: n for name, n in bodies.counters.items() if n}
        return mapped

    def _map_predictions(self, bodies: Bodies, mapped: Mapped) -> None:
        features = self._instances(bodies)
        outputs = self._outputs(bodies, None if features is None else len(features))
        count = _paired(bodies, features, outputs)
        rows = _Rows(bodies, count)
        scores = rows.of(self._score, "score", score_of, "response")
        times = rows.of(self._timestamp, "timestamp", time_of)
        ids = rows.of(self._id, "prediction_id", plain)
        segments = self._row_segments(rows)
        mapped.predictions.extend(
            Prediction(
                features={} if features is None else features[row],
                outputs={} if outputs is None else outputs[row],
                segments=segments[row],
                timestamp=times[row],
                score=scores[row],
                prediction_id=ids[row],
            )
            for row in range(count)
        )

    def _map_labels(self, bodies: Bodies, mapped: Mapped) -> None:
        labels = _listed(bodies.find(self._label, "label"))
        given = self._prediction is not None  # else the label join finds it
        predictions = _listed(bodies.find(self._prediction, "prediction")) if given else None
        rows = _Rows(bodies, _paired(bodies, labels, predictions))
        scores = rows.of(self._score, "score", score_of)
        times = rows.of(self._timestamp, "timestamp", time_of)
        ids = rows.of(self._id, "prediction_id", plain)
        segments = self._row_segments(rows)
        kind = self.endpoint.output.kind
        for row in range(rows.count):
            found = None if predictions is None else predictions[row]
            if labels[row] is None or (found is None and ids[row] is None):  # null is no label, and no class of its own
                bodies.counters["unmatched.label" if labels[row] is None else "unmatched.prediction"] += 1
                continue
            label, prediction = typed(labels[row], kind), None if found is None else typed(found, kind)
            mapped.labels.append(
                GroundTruth(label, prediction, segments[row], times[row], scores[row], ids[row], kind=kind)
            )

    def _instances(self, bodies: Bodies) -> list[Row] | None:
        path, preset, names = self._features, self.preset, self.endpoint.feature_names
        if path is None and preset is not None:
            instances = bodies.rows("request", "features", lambda body: preset.features(body, names, bodies.counters))
        else:
            found = bodies.find(path, "features")
            instances = to_instances(found, names, singular=path.singular) if path is not None and found else None
        if instances is None:
            return None
        if names:
            bodies.counters["mismatched"] += misnamed(instances, names)
        return [self._choice.row(row) for row in instances] if self._choice else instances

    def _outputs(self, bodies: Bodies, instances: int | None) -> list[Row] | None:
        preset = self.preset
        if preset is not None and self.endpoint.predictions is None:
            return bodies.rows("response", "predictions", lambda body: preset.outputs(body, instances, bodies.counters))
        if isinstance(self._predictions, Path):
            found = bodies.find(self._predictions, "predictions", "response")
            return to_outputs(found, instances, singular=self._predictions.singular) if found else None
        columns = {}
        for name, path in self._predictions.items():
            found = bodies.find(path, name, "response")
            if found:
                columns[name] = to_column(found, instances, singular=path.singular)
        rows, misfits = join(columns)
        bodies.counters["mismatched"] += misfits
        return rows if columns else None

    def _row_segments(self, rows: "_Rows") -> list[tuple[str, ...]]:
        columns = [(name, rows.of(path, f"segment {name}", plain)) for name, path in self._segments]
        return [
            tuple(f"{name}={values[row]}"[:250] for name, values in columns if values[row] is not None)
            for row in range(rows.count)
        ]


class _Rows:
    """The ``count`` instances of a request, and the values that belong to each."""

    def __init__(self, bodies: Bodies, count: int) -> None:
        self.bodies, self.count = bodies, count

    def of(self, path: Path | None, field: str, convert: Callable[[Any], Any], first: Side = "request") -> list[Any]:
        """Return one converted value an instance, None where there is none; what does not fit is counted."""
        found = self.bodies.find(path, field, first) if self.count else []
        if path is None or not found:
            return [None] * self.count
        values = per_instance(found, self.count, singular=path.singular)
        if values is None:
            self.bodies.counters["mismatched"] += 1
            return [None] * self.count
        converted = [None if value is None else convert(value) for value in values]
        refused = converted.count(None) - values.count(None)
        self.bodies.counters[f"unmatched.{field}"] += refused
        return converted


def _compiled(text: str | None) -> Path | None:
    return None if text is None else compile_path(text)


def _compiled_outputs(outputs: str | Mapping[str, str] | None) -> Path | dict[str, Path]:
    if isinstance(outputs, str):
        return compile_path(outputs)
    return {name: compile_path(text) for name, text in (outputs or {}).items()}


def _paired(bodies: Bodies, left: list[Any] | None, right: list[Any] | None) -> int:
    """Return how many rows two sides have in common; a side that was not found has no say, what is over is counted."""
    if left is None or right is None:
        return len(left or right or ())
    bodies.counters["mismatched"] += abs(len(left) - len(right))
    return min(len(left), len(right))


def _listed(found: list[Any]) -> list[Any]:
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found
