"""The label join of one process, as the pipeline sees it; where it is off, labels need their prediction."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphsignal_mw.agent.items import Counted, Item, Logged
from graphsignal_mw.config import Settings
from graphsignal_mw.labels import Join, PredictionTable, Settled, remember
from graphsignal_mw.labels.join import PATIENCE
from graphsignal_mw.labels.table import NAME
from graphsignal_mw.mapping import Output
from graphsignal_mw.records import GroundTruth, Prediction, Table

log = logging.getLogger("graphsignal_mw")

_SCORE = "score"


class Joins:
    """Takes predictions with an id, and labels with nothing else. For whoever has the turn."""

    def __init__(self, settings: Settings | None = None, root: Path = Path()) -> None:
        self._join: Join | None = None
        self._said: set[str] = set()
        self._ready: list[Item] = []
        if settings is not None and settings.join_hours:
            table = PredictionTable(
                root / NAME,
                max_rows=settings.max_join_rows,
                max_bytes=settings.max_join_bytes,
                seconds=settings.join_hours * 3600,
            )
            self._join = Join(table, (settings.api_key or "").encode())

    def __len__(self) -> int:
        """How much waits in memory."""
        return 0 if self._join is None else len(self._join)

    @property
    def is_on(self) -> bool:
        """Whether predictions are remembered."""
        return self._join is not None

    @property
    def is_due(self) -> bool:
        """Whether it is time to settle."""
        return bool(self._ready) or (self._join is not None and self._join.is_due)

    def remember(
        self,
        deployment: str,
        metadata: Mapping[str, str],
        prediction: Prediction,
        moment: float,
        output: Output | None = None,
    ) -> None:
        """Remember a prediction that bears an id; ``moment`` is when it happened (Unix seconds)."""
        if self._join is None or prediction.prediction_id is None:
            return
        output = output or Output()
        version = metadata.get("model_version", "")
        kept = remember(deployment, version, prediction, moment, output=output.name, kind=output.kind)
        self._join.remember(deployment, prediction.prediction_id, kept)

    def remember_table(self, deployment: str, metadata: Mapping[str, str], table: Table, now: float) -> None:
        """Remember the predictions of a batch; where they are too many to wait, the caller writes them."""
        if self._join is None or table.prediction_ids is None:
            return
        for row, name in enumerate(table.prediction_ids):
            if name is not None:
                moment = now if table.timestamps is None else table.timestamps[row]
                self.remember(deployment, metadata, _prediction(table, row, name), moment)
                if self._join.is_full and self._join.may_settle:
                    self._ready.extend(self.settle())

    def complete(self, deployment: str, labels: Sequence[GroundTruth]) -> list[GroundTruth]:
        """Return those of ``labels`` that have their prediction; the others wait for it, or are counted."""
        whole = []
        for label in labels:
            if label.prediction is not None or label.prediction_id is None:
                whole.append(label)
            elif self._join is not None:
                self._join.ask(deployment, label)
            else:
                self._ready.append(Counted(deployment, "dropped.join_off", 1))
                self._say("join_off", "labels with only a prediction_id came, and join_hours is not set")
        return whole

    def settle(self, patience: float = PATIENCE, *, final: bool = False) -> list[Item]:
        """Return labels that have found their prediction, and counts. Never raises."""
        items, self._ready = self._ready, []
        if self._join is None:
            return items
        settled = self._join.settle(patience, final=final)
        for found, label in settled.found:
            items.append(Logged(found.deployment, {"model_version": found.version} if found.version else {}, label))
        for (deployment, name), n in settled.counters.items():
            items.append(Counted(deployment, name, n))
        if settled.error is not None:
            self._tell(settled, items)
        return items

    def _tell(self, settled: Settled, items: list[Item]) -> None:
        kind = getattr(settled.error, "sqlite_errorname", type(settled.error).__name__)
        items.append(Counted("", f"join_errors.{kind}"))
        self._say(kind, f"the table of predictions cannot be used, labels wait ({kind}: {settled.error})")

    def _say(self, kind: str, text: str) -> None:
        """Say something once a kind: it might come every second."""
        if kind not in self._said:
            self._said.add(kind)
            log.error("graphsignal_mw: %s", text)


def _prediction(table: Table, row: int, name: str) -> Prediction:
    outputs: dict[str, Any]
    if isinstance(table.outputs, Mapping):
        outputs = {column: values[row] for column, values in table.outputs.items()}
    else:
        outputs = dict(table.outputs[row])
    score = outputs.pop(_SCORE) if len(outputs) > 1 and _SCORE in outputs else None
    is_score = isinstance(score, (int, float)) and 0 <= score <= 1
    segments = () if table.segments is None else table.segments[row]
    return Prediction({}, outputs, segments, score=score if is_score else None, prediction_id=name)
