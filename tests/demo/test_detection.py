"""The incident is found at whatever hour of the week the demo is run."""

from datetime import UTC, datetime

import pytest

from graphsignal_mw.demo.incident import COLUMNS
from graphsignal_mw.demo.plan import make_plan
from graphsignal_mw.detect import evaluate

from .windows import HOUR, windows_of

MONDAY = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
MOMENTS = (2 * HOUR + 59 * 60, 5 * 24 * HOUR + 15 * HOUR, 6 * 24 * HOUR + 23 * HOUR + 3590)
"""Seconds of the week: while New York is awake on Sunday, on a Saturday, and just before midnight."""


def issues_at(now, flights, model, delay=20):
    """Return the open issues and the plan of a demo that is run at ``now`` and takes ``delay`` seconds."""
    plan = make_plan(flights, now)
    found = evaluate(windows_of(plan, model), window_seconds=HOUR, now=now + delay)
    return [issue for issue in found if issue.resolved is None], plan


def assert_found(issues, plan):
    """Nothing but the incident; the wind of the other airports may be told as drift as well."""
    drift, validity = sorted(issues, key=lambda issue: issue.family)
    assert (drift.family, validity.family) == ("data drift", "data validity")
    assert {"distance"} <= {column.name for column in drift.columns} <= set(COLUMNS)
    (wind,) = validity.columns
    assert "wind_speed is missing in" in wind.explanation
    distance = next(column for column in drift.columns if column.name == "distance")
    assert "looks multiplied by 1.609 (miles → kilometres?) in about" in distance.explanation
    began = plan.period.now(plan.incident.start)
    for issue in issues:
        # Nothing departs at night, so the first wrong flight may come some hours later; windows begin on the hour.
        assert -2 * HOUR <= issue.opened - began <= 8 * HOUR


@pytest.mark.parametrize("second", MOMENTS)
def test_the_columns_of_the_incident_are_named_and_no_others(second, flights, model):
    assert_found(*issues_at(MONDAY + second, flights, model))


@pytest.mark.full
@pytest.mark.parametrize("hour", range(168))
def test_it_is_found_at_every_hour_of_the_week(hour, flights, model):
    assert_found(*issues_at(MONDAY + hour * HOUR + hour * 1009 % HOUR, flights, model))
