"""Everything that the replay sends, and what the app says to it."""

import asyncio
from datetime import UTC, datetime

import httpx2
import numpy as np
import pytest

from graphsignal_mw.demo.bare import MODEL_VARIABLE, create_app
from graphsignal_mw.demo.incident import HOURS, NEW_CLIENT, SILENT_STATION
from graphsignal_mw.demo.period import DAY
from graphsignal_mw.demo.plan import bad_bodies, breaking_bodies, label_of, make_plan

NOW = datetime(2026, 3, 10, 16, 40, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def plan(flights):
    return make_plan(flights, NOW)


@pytest.fixture(scope="module")
def departures(plan):
    return plan.departures(plan.live)


def test_every_flight_is_sent_once(flights, plan):
    sent = np.concatenate([plan.history.departed, plan.live.departed, plan.upcoming.departed])
    period = plan.period
    np.testing.assert_array_equal(sent, flights.between(period.start, period.end + 14 * DAY).departed)
    assert sum(len(day) for day in plan.days()) == len(plan.history)
    assert sum(map(len, plan.chunks())) == len(plan.live)


def test_the_history_is_in_days_and_the_last_flight_departs_now(plan, departures):
    assert len(list(plan.days())) == 35
    times = [departure.body["sent_at"] for departure in departures]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(NOW)
    assert NOW - times[0] == pytest.approx(3 * DAY, abs=DAY / 3)
    assert plan.departures(plan.upcoming.take(slice(0, 1)))[0].body["sent_at"] > NOW


def test_chunks_are_in_order_and_of_three_hours_at_most(plan, departures):
    chunks = plan.chunks()
    assert [departure for chunk in chunks for departure in chunk] == departures
    assert all(chunk[-1].body["sent_at"] - chunk[0].body["sent_at"] <= 3 * 3600 for chunk in chunks)


def test_the_incident_is_in_the_last_thirty_hours_and_nowhere_else(departures):
    start = NOW - HOURS * 3600
    silent = [d for d in departures if d.body["flight"]["origin"] == SILENT_STATION]
    for departure in silent:
        if departure.body["sent_at"] >= start:
            assert departure.body["flight"]["wind_speed"] is None
    before = [d for d in silent if d.body["sent_at"] < start]
    assert sum(d.body["flight"]["wind_speed"] is None for d in before) < 0.02 * len(before)
    versions = {d.body["client_version"] for d in departures if d.body["sent_at"] < start}
    assert NEW_CLIENT not in versions


def test_segments_of_the_history_are_those_that_the_app_makes(plan, departures):
    segments = plan.segments(plan.live)
    assert segments == [
        [f"client_version={d.body['client_version']}", f"origin={d.body['flight']['origin']}"] for d in departures
    ]


def test_a_label_says_what_was_predicted_and_what_came(departures):
    label = label_of(departures[0], {"late": True, "probability": 0.7})
    assert (label["predicted"], label["probability"]) == (True, 0.7)
    assert (label["late"], label["departed_at"]) == (departures[0].late, departures[0].body["sent_at"])


@pytest.fixture
def answers(model, tmp_path, monkeypatch):
    """Statuses that the app, without monitoring, gives to bodies."""
    model.save(tmp_path / "model")
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "model"))
    transport = httpx2.ASGITransport(create_app(), raise_app_exceptions=False)

    async def ask(bodies):
        async with httpx2.AsyncClient(transport=transport, base_url="http://app") as client:
            return [(await client.post("/predict", json=body)).status_code for body in bodies]

    return lambda bodies: asyncio.run(ask(bodies))


def test_the_app_takes_what_is_planned_and_nothing_else(answers, departures):
    assert set(answers([d.body for d in departures[::200]])) == {200}
    assert answers(bad_bodies(departures)) == [422] * 5
    assert answers(breaking_bodies(departures)) == [500] * 2
