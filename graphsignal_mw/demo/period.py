"""Which weeks of 2013 are replayed, and how their times become today's."""

from dataclasses import dataclass
from datetime import UTC, datetime

from graphsignal_mw.demo.data import Flights

DAY = 86_400.0
WEEK = 7 * DAY
HISTORY_DAYS = 35
LIVE_DAYS = 3
LATEST_END = datetime(2013, 5, 17, tzinfo=UTC).timestamp()
"""The replay ends in the week before this moment, so that it begins after the months of the training."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """The replayed time, in Unix seconds of 2013: history in [start, live), requests in [live, end].

    ``shift`` is added to a time of 2013 to give today's: whole weeks, and less than a day more, so that Mondays
    stay Mondays and the last flight departs now.
    """

    start: float
    live: float
    end: float
    shift: float

    def now(self, departed: float) -> float:
        """Return today's time for a time of 2013, Unix seconds."""
        return departed + self.shift


def choose_period(flights: Flights, now: float) -> Period:
    """Return the period whose last flight departs at ``now`` (Unix seconds), at its own weekday and about its hour."""
    weeks = (now - LATEST_END) // WEEK + 1
    same_moment = now - weeks * WEEK
    end = float(flights.between(same_moment - DAY, same_moment).departed[-1])
    return Period(
        start=end - (HISTORY_DAYS + LIVE_DAYS) * DAY,
        live=end - LIVE_DAYS * DAY,
        end=end,
        shift=now - end,
    )
