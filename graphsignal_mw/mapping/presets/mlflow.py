"""MLflow's scoring: ``dataframe_split``, ``dataframe_records``, ``instances``, ``inputs`` or CSV; ``predictions``.

https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.body import content_of, header, parse_json
from graphsignal_mw.mapping.formats import is_csv, parse_csv
from graphsignal_mw.mapping.instances import Row
from graphsignal_mw.mapping.presets import kserve_v1
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import FEATURE, by_row
from graphsignal_mw.mapping.values import plain
from graphsignal_mw.records import BodyState, Headers


def _read(body: bytes | bytearray, state: BodyState, headers: Headers) -> Any:
    data, content_type = content_of(body, state, headers), header(headers, "content-type")
    if not is_csv(content_type):
        return parse_json(data, content_type)
    rows = parse_csv(data)
    return {"dataframe_split": {"columns": rows[0], "data": rows[1:]}} if rows else {}


def _features(body: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    if isinstance(body, list):  # records that stand alone
        return by_row(body, FEATURE, names)
    if not isinstance(body, dict):
        return None
    if "dataframe_split" in body:
        return _split(body["dataframe_split"], names, counters)
    if "dataframe_records" in body:
        return by_row(body["dataframe_records"], FEATURE, names)
    return kserve_v1.features(body, names, counters)


def _split(frame: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    """Return the rows of a frame; one of another length than its columns is counted, and has no features."""
    data = frame.get("data") if isinstance(frame, dict) else None
    if not isinstance(data, list):
        return None
    columns = frame.get("columns")
    if not isinstance(columns, list):
        return by_row(data, FEATURE, names)
    chosen = names if len(names) == len(columns) else [plain(column) for column in columns]
    width = len(chosen)
    rows: list[Row] = [
        dict(zip(chosen, row, strict=True)) if isinstance(row, list) and len(row) == width else {} for row in data
    ]
    counters["mismatched"] += rows.count({}) if width else 0
    return rows


PRESET = Preset(
    features=_features,
    outputs=kserve_v1.outputs,
    read=_read,
    asked=("$.dataframe_records[*]", *kserve_v1.ASKED),
    answered=kserve_v1.ANSWERED,
    strange=("dataframe_split",),
)
