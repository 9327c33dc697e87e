"""Which weeks of 2013 are replayed at which moment."""

from datetime import UTC, datetime

import numpy as np
import pytest

from graphsignal_mw.demo.model import TRAINING_END
from graphsignal_mw.demo.period import DAY, LATEST_END, WEEK, choose_period

MOMENTS = [
    datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC),
    datetime(2026, 7, 4, 9, 30, 0, tzinfo=UTC),
    datetime(2031, 12, 31, 12, 0, 1, tzinfo=UTC),
]


def every_hour_of_a_week():
    monday = datetime(2026, 3, 2, 0, 17, tzinfo=UTC).timestamp()
    return [monday + hour * 3600 for hour in range(168)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_last_flight_departs_now(flights, moment):
    now = moment.timestamp()
    period = choose_period(flights, now)
    assert period.now(period.end) == now
    assert period.end in flights.departed
    assert (period.end - period.live, period.live - period.start) == (3 * DAY, 35 * DAY)


def test_times_are_shifted_by_whole_weeks_plus_less_than_a_day(flights):
    for now in every_hour_of_a_week():
        period = choose_period(flights, now)
        assert 0 <= period.shift % WEEK < DAY


def test_mondays_stay_mondays(flights):
    """But for the flights of the last hours of a day, where the night without flights is skipped."""
    for now in every_hour_of_a_week():
        period = choose_period(flights, now)
        departed = flights.between(period.start, period.end).departed
        same = (departed // DAY - period.now(departed) // DAY) % 7 == 0
        assert same.mean() > 0.7


def test_the_replay_begins_after_the_training_and_ends_in_may(flights):
    for now in every_hour_of_a_week():
        period = choose_period(flights, now)
        assert period.start >= TRAINING_END - DAY
        assert LATEST_END - WEEK - DAY <= period.end <= LATEST_END


def test_the_date_of_the_year_makes_no_difference(flights):
    now = datetime(2026, 6, 10, 15, 20, tzinfo=UTC).timestamp()
    ends = {choose_period(flights, now + weeks * WEEK).end for weeks in range(-60, 300, 7)}
    assert len(ends) == 1
    assert np.isfinite(ends.pop())
