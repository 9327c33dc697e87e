"""Measures what the sketches get wrong, as they are fed and merged in use: the table of docs/accuracy.md.

python tests/stats/accuracy.py
"""

import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from graphsignal_mw.stats import Column, Distinct, Frequent, Quantiles
from graphsignal_mw.stats.matrix import update_columns

PROBABILITIES = np.linspace(0.01, 0.99, 99)
DIGITS = 4  # significant, of the default configuration
TILE, BLOCK = 256, 16_384  # rows in which records and tables come

STREAMS = {
    "normal": lambda chance, n: chance.normal(20, 3, n),
    "lognormal": lambda chance, n: chance.lognormal(0, 2, n),
    "small integers": lambda chance, n: chance.poisson(4, n).astype(float),
    "ascending": lambda chance, n: np.sort(chance.normal(size=n)),
}


@dataclass
class Errors:
    """Sizes of errors, as a share of what they are measured against."""

    all: np.ndarray

    @property
    def rms(self):
        return float(np.sqrt((self.all**2).mean()))

    @property
    def p99(self):
        return float(np.quantile(np.abs(self.all), 0.99))

    @property
    def worst(self):
        return float(np.abs(self.all).max())

    def __str__(self):
        return f"{self.rms:8.3%}{self.p99:10.3%}{self.worst:10.3%}"


def of_records(values):
    """Return the column of records that came through an app, some hundreds at a time."""
    column = Column(significant_digits=DIGITS)
    for start in range(0, len(values), TILE):
        update_columns([column], values[np.newaxis, start : start + TILE].copy())
    return column


def of_batch(values):
    """Return the column of a batch."""
    column = Column(significant_digits=DIGITS)
    for start in range(0, len(values), BLOCK):
        column.update(values[start : start + BLOCK])
    return column


def of_day(values):
    """Return the column of a day: of the collector, which merges the windows of clients."""
    day = Column(2048)
    for window in np.array_split(values, 288):
        day.merge(of_records(window))
    return day


def rank_errors(values, found: Quantiles):
    """Return how far the rank of each found quantile is from the one asked for; of equal values the nearest counts."""
    ordered, got = np.sort(values), found.quantiles(PROBABILITIES)
    # A value that was rounded stands for those that were rounded to it.
    margin = 1e-9 + 0.51 * 10.0 ** (1 - DIGITS) * values.std()
    below = np.searchsorted(ordered, got - margin, side="left") / len(values)
    above = np.searchsorted(ordered, got + margin, side="right") / len(values)
    return np.where(below > PROBABILITIES, below - PROBABILITIES, np.minimum(above - PROBABILITIES, 0))


def quantiles(make, stream, rows, rounds):
    """Measure ranks of columns that ``make`` made of some ``rows``."""
    chance = np.random.default_rng(rows)
    found = []
    for _ in range(rounds):
        values = STREAMS[stream](chance, rows)
        found.append(rank_errors(values, make(values).quantiles))
    return Errors(np.array(found))


def distinct(n, rounds, *, strings):
    """Measure estimates of ``n`` distinct values."""
    chance = np.random.default_rng(n)
    found = []
    for number in range(rounds):
        registers = Distinct()
        if strings:
            registers.update_strings(f"{number}-{name}" for name in range(n))
        else:
            registers.update_numbers(chance.random(n))
        found.append(registers.estimate() / n - 1)
    return Errors(np.array(found))


def frequent(values, size, power, rounds):
    """Measure counts of ``values`` whose n-th is seen in proportion to n^-power, in batches of ``size``.

    Return counts that were too high or lower than their bound says, and the greatest bound as a share of all values.
    """
    chance, wrong, bound = np.random.default_rng(values), 0, 0.0
    weights = np.arange(1, values + 1) ** -power
    for _ in range(rounds):
        true, found = Counter(), Frequent()
        for _ in range(20):
            batch = Counter(f"v{n}" for n in chance.choice(values, size, p=weights / weights.sum()))
            found.update(batch)
            true.update(batch)
        found.merge(Frequent())
        wrong += sum(not found.counts[v] <= n <= found.counts[v] + found.error for v, n in true.items())
        bound = max(bound, found.error / found.total)
    return wrong, bound


def main(say=sys.stdout.write):
    say(f"{'quantiles: rank':44}{'rms':>8}{'99 %':>10}{'worst':>10}\n")
    for make in (of_records, of_batch, of_day):
        for stream in STREAMS:
            for rows, rounds in ((1000, 300), (10_000, 100), (1_000_000, 6)):
                if make is not of_day or rows > 1000:
                    what = f"{make.__name__.replace('_', ' ')}, {stream}, {rows:,}"
                    say(f"{what:44}{quantiles(make, stream, rows, rounds)}\n")
    say(f"\n{'distinct':44}{'rms':>8}{'99 %':>10}{'worst':>10}\n")
    for n, rounds in ((10, 1000), (1000, 1000), (10_000, 1000), (100_000, 300), (1_000_000, 50)):
        say(f"{f'numbers, {n:,}':44}{distinct(n, rounds, strings=False)}\n")
    say(f"{'strings, 10,000':44}{distinct(10_000, 200, strings=True)}\n")
    say(f"\n{'frequent':44}{'wrong':>8}{'bound':>10}\n")
    for values, power in ((500, 1.0), (5000, 1.0), (100_000, 1.0), (100_000, 0.0)):
        wrong, bound = frequent(values, 20_000, power, 3)
        what = f"{values:,} values, the n-th as often as n^-{power:g}"
        say(f"{what:44}{wrong:8}{bound:10.4%}\n")


if __name__ == "__main__":
    main()
