"""A plan as the windows that the collector would have of it, without processes."""

import numpy as np

from graphsignal_mw.demo.data import FEATURES, Flights
from graphsignal_mw.stats import WindowStats

HOUR = 3600


def windows_of(plan, model):
    """Return (start of window, statistics) of history and live flights, ascending."""
    windows = {}
    add(windows, plan.history, plan.history.departed + plan.period.shift, model)
    departures = plan.departures(plan.live)
    rows = [departure.body["flight"] for departure in departures]
    times = np.array([departure.body["sent_at"] for departure in departures])
    live = Flights(
        departed=plan.live.departed, late=plan.live.late, **{name: column(rows, name) for name in FEATURES}
    )  # fmt: skip
    add(windows, live, times, model)
    return sorted(windows.items())


def column(rows, name):
    values = [row[name] for row in rows]
    if isinstance(values[0], str):
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else value for value in values])


def add(windows, flights, times, model):
    late, probability = model.predict_many(flights)
    buckets = (times // HOUR).astype(int) * HOUR
    for bucket in np.unique(buckets).tolist():
        inside = buckets == bucket
        rows, stats = int(inside.sum()), windows.setdefault(bucket, WindowStats(4))
        stats.features.update({name: values[inside] for name, values in flights.feature_columns().items()}, rows)
        stats.predictions.update({"late": late[inside], "score": probability[inside]}, rows)
        stats.performance_of().update(flights.late[inside], late[inside], probability[inside])
        stats.counters.update(predictions=rows, ground_truths=rows)
