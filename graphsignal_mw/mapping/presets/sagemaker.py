"""Amazon SageMaker's common formats of inference: JSON, JSON Lines and CSV, by content type, of either body.

https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from graphsignal_mw.mapping.body import content_of, header, parse_json
from graphsignal_mw.mapping.formats import is_csv, is_lines, parse_csv, parse_lines
from graphsignal_mw.mapping.instances import Row, from_lists
from graphsignal_mw.mapping.presets.preset import Preset
from graphsignal_mw.mapping.presets.rows import FEATURE, PREDICTION, by_column, by_row, spread, to_row
from graphsignal_mw.records import BodyState, Headers


def _read(body: bytes | bytearray, state: BodyState, headers: Headers) -> Any:
    """Return the parsed JSON; of JSON Lines a list of the lines, of CSV a list of lists."""
    data, content_type = content_of(body, state, headers), header(headers, "content-type")
    if is_lines(content_type):
        return parse_lines(data)
    return parse_csv(data) if is_csv(content_type) else parse_json(data, content_type)


def _features(body: Any, names: Sequence[str], counters: Counter[str]) -> list[Row] | None:
    found = body.get("instances", body) if isinstance(body, dict) else body
    if isinstance(found, dict):
        return by_column(found, FEATURE, names) if from_lists(found) else [_row(found, names)]
    if not isinstance(found, list):
        return by_row(found, FEATURE, names)
    lost = sum(row is None for row in found)  # lines that are no JSON: their place is kept, so that pairs stay pairs
    counters["unparsed.line"] += lost
    return [{} if row is None else _row(row, names) for row in found]


def _row(instance: Any, names: Sequence[str]) -> Row:
    """Return one instance of the algorithms' own forms: a dense vector, a sparse one, named ones, or anything else."""
    data = instance.get("data", instance) if isinstance(instance, dict) else instance
    if not isinstance(data, dict):
        return to_row(data, FEATURE, names)
    vector = data.get("features", data)
    if isinstance(vector, dict):
        keys, values = vector.get("keys"), vector.get("values")
        if isinstance(values, list):
            return _sparse(keys, values) if keys else spread(values, FEATURE, names)
    return spread(vector, FEATURE, names) if isinstance(vector, list) else to_row(data, FEATURE, names)


def _sparse(keys: Any, values: list[Any]) -> Row:
    """Return what a sparse vector holds; the rest of it is zero, and absent."""
    places = keys if isinstance(keys, list) else []
    return {f"{FEATURE}_{place}": value for place, value in zip(places, values, strict=False)}


def _outputs(body: Any, instances: int | None, counters: Counter[str]) -> list[Row] | None:
    if isinstance(body, dict):
        return by_row(body.get("predictions", body), PREDICTION)
    if isinstance(body, list):
        # CSV of one line may be one value an instance.
        wide = len(body) == 1 and isinstance(body[0], list) and len(body[0]) == instances
        rows = body[0] if wide else body
        counters["unparsed.line"] += sum(row is None for row in rows)
        return [{} if row is None else to_row(row, PREDICTION) for row in rows]
    return by_row(body, PREDICTION)


PRESET = Preset(features=_features, outputs=_outputs, read=_read, lines=True)
