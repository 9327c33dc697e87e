"""The flights of 2013, checked against what is known of them."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import numpy as np

from graphsignal_mw.demo.data import FEATURES, data_folder


def raw_rows():
    with zipfile.ZipFile(data_folder() / "flights.csv.zip") as archive:
        (name,) = archive.namelist()
        with archive.open(name) as file:
            yield from csv.DictReader(io.TextIOWrapper(file, "utf-8"))


def is_number(text):
    return text not in {"", "NA"}


def test_all_flights_are_there_but_those_that_did_not_arrive(flights):
    rows = arrived = late = 0
    for row in raw_rows():
        rows += 1
        if is_number(row["dep_delay"]) and is_number(row["arr_delay"]):
            arrived += 1
            late += float(row["arr_delay"]) > 15
    assert rows == 336_776
    assert (len(flights), int(flights.late.sum())) == (arrived, late)


def test_the_first_flight_of_the_year_is_known(flights):
    """UA 1545 to Houston, scheduled for 5:15 in New York, two minutes late."""
    first = next(i for i, row in enumerate(flights.take(slice(0, 10)).feature_rows()) if row["dest"] == "IAH")
    row = flights.take(slice(first, first + 1)).feature_rows()[0]
    assert (row["carrier"], row["origin"], row["distance"], row["dep_delay"]) == ("UA", "EWR", 1400.0, 2.0)
    assert (row["hour"], row["weekday"]) == (5, 1)  # a Tuesday
    assert flights.departed[first] == datetime(2013, 1, 1, 10, 17, tzinfo=UTC).timestamp()


def test_flights_are_in_the_order_of_their_departure(flights):
    assert (np.diff(flights.departed) >= 0).all()
    assert flights.weekday.min() == 0
    assert flights.weekday.max() == 6


def test_weather_is_that_of_the_airport_and_hour(flights):
    """Almost every hour has a report, one for all flights of an airport."""
    assert np.isnan(flights.wind_speed).mean() < 0.01
    assert 5 < np.nanmean(flights.wind_speed) < 15
    noon = (flights.hour == 12) & (flights.departed < flights.departed[0] + 7 * 86_400)
    for airport in ("JFK", "LGA", "EWR"):
        winds = flights.take(noon & (flights.origin == airport))
        scheduled = (winds.departed - 60 * winds.dep_delay) // 3600
        assert len(set(zip(scheduled.tolist(), np.nan_to_num(winds.wind_speed).tolist(), strict=True))) == 7


def test_between_leaves_out_its_end(flights):
    start, end = flights.departed[[10, 500]]
    chosen = flights.between(start, end)
    assert chosen.departed[0] == start
    assert chosen.departed[-1] < end
    assert len(flights.between(end, start)) == 0


def test_rows_are_what_json_takes(flights):
    calm = np.flatnonzero(np.isnan(flights.wind_speed))[:1]
    (row,) = flights.take(calm).feature_rows()
    assert tuple(row) == FEATURES
    assert row["wind_speed"] is None
    assert {type(value) for value in row.values()} <= {str, int, float, type(None)}
