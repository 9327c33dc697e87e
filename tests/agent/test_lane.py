"""Predictions that bear an id are remembered for their labels on the short way too."""

import json
from collections import Counter

import pytest

from agent.described import NOON, captured, requests
from graphsignal_mw.agent.intake import Intake
from graphsignal_mw.agent.items import Logged
from graphsignal_mw.agent.joins import Joins
from graphsignal_mw.config import Settings
from graphsignal_mw.mapping import Endpoint, Mapper, Output
from graphsignal_mw.records import GroundTruth
from graphsignal_mw.window import Windows
from graphsignal_mw.wire import part_to_stats

ONE = {"features": "$.x", "predictions": {"y": "$.y", "more": "$.more"}, "prediction_id": "$.id", "segments": ("$.t",)}
EACH = {
    "features": "$.x[*]",
    "predictions": {"y": "$.y[*]", "more": "$.more"},
    "prediction_id": "$.id",
    "segments": ("$.x[*].t",),
}


def single(n):
    return {"x": {"a": n}, "t": f"t{n % 2}"}, {"y": n % 3, "more": 1.5, "id": f"p{n}"}


def batch(n):
    rows = range(4 * n, 4 * n + 4)
    asked = {"x": [{"a": row, "t": f"t{row % 2}"} for row in rows]}
    return asked, {"y": [row % 3 for row in rows], "more": 1.5, "id": [f"p{row}" for row in rows]}


@pytest.mark.parametrize("light", [True, False])
@pytest.mark.parametrize(("fields", "bodies", "requested"), [(ONE, single, 40), (EACH, batch, 10)])
def test_labels_with_an_id_find_their_predictions_segments_and_time(tmp_path, fields, bodies, requested, light):
    mapper = Mapper(Endpoint(path="/p", deployment="m", output=Output(name="y", kind="categorical"), **fields))
    windows = Windows(window_seconds=300, min_count=1)
    joins = Joins(Settings(join_hours=24), tmp_path)
    intake = Intake(windows, joins)
    pairs = [tuple(json.dumps(side).encode() for side in bodies(n)) for n in range(requested)]
    exchanges = requests(mapper, pairs)
    intake.take(map(captured, exchanges) if light else exchanges)
    joins.settle()
    labels = [GroundTruth(str(n % 3 if n < 30 else 9), None, prediction_id=f"p{n}") for n in range(40)]
    intake.take(Logged("m", {}, label, NOON) for label in labels)
    intake.take(joins.settle())
    found, predictions, ground_truths = Counter(), Counter(), Counter()
    for part in windows.cut(final=True):
        stats = part_to_stats(part)
        predictions[part.bucket] += stats.counters["predictions"]
        ground_truths[part.bucket] += stats.counters["ground_truths"]
        for name, performance in stats.performance.items():
            correct, n = performance.accuracy_counts()
            found.update({(name, "correct"): correct, (name, "all"): n})
    expected = {("", "correct"): 30, ("", "all"): 40}
    expected |= {(name, what): n for name in ("t=t0", "t=t1") for what, n in (("correct", 15), ("all", 20))}
    assert found == expected
    assert predictions == ground_truths
    assert (intake.totals["predictions"], intake.totals["requests"]) == (40, requested)
