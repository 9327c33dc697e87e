"""What goes wrong in the replay."""

from collections import Counter

import numpy as np
import pytest

from graphsignal_mw.demo.incident import COLUMNS, NEW_CLIENT, SILENT_STATION, Incident

START = 1_000_000.0
FLIGHT = {"origin": "EWR", "distance": 1000.0, "wind_speed": 9.2, "dep_delay": 4.0}
INCIDENT = Incident(START)


def changed(flight, version, departed):
    sent = INCIDENT.apply(flight, version, departed)
    return {name for name in flight if sent[name] != flight[name]}


def test_before_its_start_nothing_is_wrong():
    assert changed({**FLIGHT, "origin": SILENT_STATION}, NEW_CLIENT, START - 1) == set()


def test_the_new_client_sends_kilometres():
    assert INCIDENT.apply(FLIGHT, NEW_CLIENT, START) == {**FLIGHT, "distance": 1609.3}
    assert changed(FLIGHT, "2.0.0", START) == set()


@pytest.mark.parametrize("origin", ["EWR", "LGA"])
def test_the_other_stations_go_on(origin):
    assert changed({**FLIGHT, "origin": origin}, "2.0.0", START) == set()


def test_the_silent_station_sends_no_wind():
    flight = {**FLIGHT, "origin": SILENT_STATION}
    assert INCIDENT.apply(flight, "2.0.0", START) == {**flight, "wind_speed": None}


def test_exactly_the_named_columns_change():
    assert changed({**FLIGHT, "origin": SILENT_STATION}, NEW_CLIENT, START) == set(COLUMNS)


def test_the_flight_itself_stays_as_it_is():
    flight = dict(FLIGHT)
    INCIDENT.apply(flight, NEW_CLIENT, START)
    assert flight == FLIGHT


@pytest.mark.parametrize(
    ("departed", "mix"),
    [(START - 1, {"2.0.0": 0.75, "1.9.4": 0.25}), (START, {NEW_CLIENT: 0.6, "2.0.0": 0.3, "1.9.4": 0.1})],
)
def test_the_new_client_comes_with_the_incident(departed, mix):
    versions = Counter(INCIDENT.client_versions(np.full(10_000, departed)))
    assert {version: n / 10_000 for version, n in versions.items()} == pytest.approx(mix, abs=0.02)


def test_a_flight_has_the_same_client_at_each_call():
    departed = np.linspace(START - 100, START + 100, 300)
    assert INCIDENT.client_versions(departed) == INCIDENT.client_versions(departed)
