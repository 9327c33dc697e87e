import json
import math

import pytest

from graphsignal_mw.dashboard.charts import Chart, Marker, Series, Span, annotated
from graphsignal_mw.dashboard.templating import data_block


@pytest.fixture
def chart():
    lines = [Series(label="a", values=[1.0, None, math.nan]), Series(label="b", values=[2.0, None, 3.0])]
    return Chart(name="c", title="C", unit="count", times=[0, 60, 120], series=lines, step=60)


def test_table_is_newest_first_and_leaves_out_what_is_not_known(chart):
    assert [at for at, _ in chart.rows()] == [120, 0]
    assert chart.rows()[1] == (0, ["1", "2"])


def test_json_has_null_for_what_json_cannot_say(chart):
    data = json.loads(json.dumps(chart.to_json(), allow_nan=False))
    assert data["series"][0]["values"] == [1.0, None, None]
    assert data["times"] == [0, 60, 120]


def test_only_what_touches_the_chart_is_annotated(chart):
    spans = [
        Span(start=-20, end=0, label="before"),
        Span(start=150, end=900, label="in"),
        Span(start=180, end=200, label="after"),
    ]
    made = annotated(lambda: chart, spans, [Marker(at=179, label="in"), Marker(at=180, label="after")])
    assert [span.label for span in made.spans] == ["in"]
    assert [marker.label for marker in made.markers] == ["in"]


def test_data_block_cannot_end_its_script():
    block = data_block({"label": "</script><script>alert(1)</script>&"})
    assert "<" not in block
    assert json.loads(block)["label"] == "</script><script>alert(1)</script>&"
