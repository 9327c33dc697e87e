"""One endpoint of the YAML: where it is, and how its bodies become columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from graphsignal_mw.mapping.choice import Choice

EndpointKind = Literal["prediction", "ground_truth"]
OutputKind = Literal["binary", "categorical", "numeric"]


@dataclass(frozen=True, kw_only=True)
class Output:
    """The output that labels are compared with."""

    name: str | None = None
    kind: OutputKind | None = None


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One monitored endpoint; paths into bodies are JSONPath (RFC 9535), already checked.

    ``deployment`` and ``metadata`` may hold ``{param}`` of the path, ``$request.headers.<name>`` and
    ``$response.headers.<name>``. Of a ``ground_truth`` endpoint ``label`` and ``prediction`` are set.
    ``preset`` is a name of :data:`graphsignal_mw.mapping.PRESETS`; paths of ``features`` and ``predictions`` beat it.
    """

    path: str
    deployment: str
    kind: EndpointKind = "prediction"
    preset: str | None = None
    methods: tuple[str, ...] = ("POST",)
    metadata: Mapping[str, str] = field(default_factory=dict)
    features: str | None = None
    feature_names: tuple[str, ...] = ()
    predictions: str | Mapping[str, str] | None = None
    score: str | None = None
    output: Output = Output()
    segments: tuple[str, ...] = ()
    timestamp: str | None = None
    prediction_id: str | None = None
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    label: str | None = None
    prediction: str | None = None

    @property
    def choice(self) -> Choice:
        """Which features are recorded."""
        return Choice(self.exclude, self.include)

    def restricted(self, dropped: Sequence[str], allowed: Sequence[str]) -> "Endpoint":
        """Return the endpoint without ``dropped`` features and, unless it says itself, with ``allowed`` ones only."""
        if not dropped and not allowed:
            return self
        exclude = tuple(dict.fromkeys((*self.exclude, *dropped)))
        return replace(self, exclude=exclude, include=self.include or tuple(allowed))
