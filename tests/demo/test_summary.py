"""What ``demo --once`` says at its end."""

import json

from graphsignal_mw.demo.summary import Summary, brief

ISSUE = {
    "id": 3,
    "family": "data drift",
    "severity": "high",
    "state": "open",
    "explanation": "distance looks multiplied by 1.609",
    "columns": [{"name": "wind_speed"}, {"name": "distance"}],
    "evidence": {"findings": []},
}
SUMMARY = Summary(
    deployment="flights_demo",
    sent={"requests": 1200, "predictions": 1100, "ground_truths": 1000},
    counted={"requests": 1200, "predictions": 1100, "ground_truths": 1000},
    withheld=0,
    windows=803,
    bytes_uploaded=1_234_567,
    collector_restarts=1,
    issues=[brief(ISSUE)],
    seconds=14.8,
)


def test_an_issue_in_brief_names_its_columns():
    short = brief(ISSUE)
    assert short["columns"] == ["distance", "wind_speed"]
    assert set(short) == {"id", "family", "severity", "state", "explanation", "columns"}


def test_records_are_predictions_and_labels():
    found = json.loads(json.dumps(SUMMARY.as_dict()))
    assert (found["requests"], found["records"], found["ok"]) == (1200, 2100, True)
    assert found["issues"][0]["columns"] == ["distance", "wind_speed"]


def test_people_read_all_numbers_and_issues():
    text = SUMMARY.text()
    assert "Found the incident in 15 s" in text
    assert "1,200 requests, 1,100 predictions, 1,000 ground truths: exactly what was sent" in text
    assert "2,100 records as 803 windows; 1,234,567 bytes uploaded" in text
    assert text.endswith("Open issues: 1\n  [high] data drift: distance, wind_speed")
