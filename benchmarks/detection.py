"""False alarms and detection of graphsignal_mw, next to the rules that others use, on synthetic streams.

    python benchmarks/detection.py                  the tables (about five minutes)
    python benchmarks/detection.py --rows 100       only windows of about 100 rows
    python benchmarks/detection.py --flights        issues in a year of real flights without an incident (extra demo)

Five-minute windows, 10 days of history and 4 tested ones (1 at 10,000 rows), 12 columns. The other rules get the raw
rows and a reference sample of 10,000 rows: their best case.
"""

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from scipy import special, stats

from graphsignal_mw.detect import evaluate
from graphsignal_mw.detect.baseline import make_baselines
from graphsignal_mw.detect.counts import BinCounts
from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.panel import blocks
from graphsignal_mw.detect.series import Source, make_panels
from graphsignal_mw.detect.walk import Walk
from graphsignal_mw.stats import Column, WindowStats

DAY, STEP, PER_DAY, HISTORY = 86400, 300, 288, 10
START = 19_723 * DAY  # 2024-01-01, a Monday
NUMBERS: dict[str, Callable] = {
    "normal": lambda z: 10 + 3 * z,
    "lognormal": np.exp,
    "zeros": lambda z: np.where(z < 0.2, 0.0, np.exp(z)),
    "counts": lambda z: np.floor(np.exp(0.6 * z + 1.5)),
    "uniform": lambda z: 100 * special.ndtr(z),
    "heavy": lambda z: np.sinh(1.2 * z),
    "grades": lambda z: np.clip(np.round(1.2 * z + 3), 1, 5),
}
ZIPF = 1 / np.arange(1, 51) ** 1.1
CATEGORIES = {"two": np.array([0.7, 0.3]), "five": np.array([0.4, 0.3, 0.15, 0.1, 0.05]), "zipf": ZIPF / ZIPF.sum()}
MISSING = {"missing_1%": 0.01, "missing_0": 0.0}
COLUMNS = [*NUMBERS, *CATEGORIES, *MISSING]
SHIFTS = {
    "mean +0.25 sd": list(NUMBERS),
    "mean +0.5 sd": list(NUMBERS),
    "x 1000": list(NUMBERS),
    "constant": list(NUMBERS),
    "new category 2%": list(CATEGORIES),
    "missing 1->3%": ["missing_1%"],
}


@dataclass
class Stream:
    """One deployment: traffic and slowly moving levels of each column, by window."""

    rng: np.random.Generator
    rows: np.ndarray
    levels: dict[str, np.ndarray]

    @classmethod
    def make(cls, rows: int, days: int, *, seasonal: bool, seed: int) -> "Stream":
        rng = np.random.default_rng(seed)
        steps = days * PER_DAY
        if not seasonal:
            return cls(rng, np.full(steps, rows), {name: np.zeros(steps) for name in COLUMNS})
        angle = np.arange(steps) % PER_DAY / PER_DAY * 2 * np.pi
        weekend = np.arange(steps) // PER_DAY % 7 >= 5
        mean = rows * (1 + 0.7 * np.sin(angle - 1.8)) * np.where(weekend, 0.7, 1.0) * np.exp(rng.normal(0, 0.05, steps))
        levels = {name: _level(rng, angle, weekend, amplitude=[0.5, 0.3, 0.15][i % 3], phase=i)
                  for i, name in enumerate(COLUMNS)}  # fmt: skip
        return cls(rng, np.maximum(rng.poisson(mean), 1), levels)

    def numbers(self, name: str, step: int, shift: str = "") -> np.ndarray:
        z = self.rng.standard_normal(self.rows[step]) + self.levels[name][step]
        z = z + {"mean +0.25 sd": 0.25, "mean +0.5 sd": 0.5}.get(shift, 0.0)
        x = NUMBERS[name](z)
        return np.full(len(x), 3.0) if shift == "constant" else x * (1000 if shift == "x 1000" else 1)

    def counts(self, name: str, step: int, shift: str = "") -> np.ndarray:
        share = CATEGORIES[name]
        tilted = share * np.exp(np.linspace(-1, 1, len(share)) * self.levels[name][step])
        tilted = np.append(tilted / tilted.sum(), 0.0)
        if shift:
            tilted = np.append(tilted[:-1] * 0.98, 0.02)
        return self.rng.multinomial(self.rows[step], tilted)

    def missing(self, name: str, step: int, shift: str = "") -> int:
        rate = MISSING[name] * (3 if shift else 1)
        return int(self.rng.binomial(self.rows[step], special.expit(special.logit(rate) + self.levels[name][step])))


def _level(rng, angle, weekend, amplitude, phase):
    days = len(angle) // PER_DAY
    daily = np.repeat(rng.normal(0, 0.08, days), PER_DAY)
    hourly = np.repeat(rng.normal(0, 0.05, days * 24), PER_DAY // 24)
    return amplitude * np.sin(angle + phase) + 0.4 * amplitude * weekend + daily + hourly


def window(stream: Stream, step: int, shift: str = "", column: str = "") -> WindowStats:
    """Return the statistics of one window, ``column`` shifted."""
    found = WindowStats()
    found.features.rows = int(stream.rows[step])
    for name in COLUMNS:
        found.features.columns[name] = _column(stream, name, step, shift if name == column else "")
    return found


def _column(stream: Stream, name: str, step: int, shift: str) -> Column:
    column = Column()
    column.count = int(stream.rows[step])
    if name in NUMBERS:
        values = stream.numbers(name, step, shift)
        column.types["float"] = len(values)
        column.values.moments.update(values)
        column.quantiles.update(values)
    elif name in CATEGORIES:
        counts = {f"v{i}": int(n) for i, n in enumerate(stream.counts(name, step, shift)) if n}
        column.types["string"] = column.count
        column.frequent.update(counts)
    else:
        column.missing = stream.missing(name, step, shift)
        column.types["string"] = column.count - column.missing
        column.frequent.update({"v": column.count - column.missing} if column.missing < column.count else {})
    return column


def false_alarms(history: list) -> float:
    """Return flagged column-windows of a thousand, at all scales, when nothing is wrong."""
    grid = Grid.of(history[0][0], history[-1][0], STEP)
    baseline = slice(0, HISTORY * PER_DAY)
    references = {key: each.reference for key, each in make_baselines(history, (0, START + HISTORY * DAY), {}).items()}
    panels = list(make_panels(Source(history, grid, baseline, BinCounts()), references))
    walked = Walk(grid, blocks(panels, 600_000), grid.size).run(HISTORY)
    flagged = {(f.subject.column, f.end) for f in walked.findings}
    return 1000 * len(flagged) / (len(COLUMNS) * (len(history) - HISTORY * PER_DAY))


def others(stream: Stream, history: list, windows: int = 150) -> dict[str, float]:
    """Return flagged column-windows of a thousand of the rules "p < .05" and "PSI > .2" on raw rows."""
    flags: dict[str, list[bool]] = {"KS or chi2, p < .05": [], "PSI > .2": []}
    past = stream.rng.choice(
        HISTORY * PER_DAY, 400, p=stream.rows[: HISTORY * PER_DAY] / stream.rows[: HISTORY * PER_DAY].sum()
    )
    now = stream.rng.integers(HISTORY * PER_DAY, len(history), windows)
    for name in NUMBERS:
        reference = np.concatenate([stream.rng.choice(stream.numbers(name, t), 25) for t in past])
        edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
        for step in now:
            values = stream.numbers(name, step)
            flags["KS or chi2, p < .05"].append(stats.ks_2samp(reference, values, method="asymp").pvalue < 0.05)
            flags["PSI > .2"].append(
                _psi(*(np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) for x in (reference, values)))
                > 0.2
            )
    for name in CATEGORIES:
        reference = sum(stream.counts(name, t) for t in past)
        for step in now:
            counts = stream.counts(name, step)
            used = reference + counts > 0
            flags["KS or chi2, p < .05"].append(stats.chi2_contingency([reference[used], counts[used]]).pvalue < 0.05)
            flags["PSI > .2"].append(_psi(reference[used], counts[used]) > 0.2)
    return {rule: 1000 * float(np.mean(found)) for rule, found in flags.items()}


def _psi(before: np.ndarray, now: np.ndarray) -> float:
    p, q = (np.maximum(x / x.sum(), 1e-4) for x in (before, now))
    return float(((q - p) * np.log(q / p)).sum())


def detected(stream: Stream, history: list, shift: str, column: str, hours: int) -> bool:
    """Whether an issue names ``column`` ``hours`` after ``shift`` began, at noon of the first tested day."""
    first = HISTORY * PER_DAY + PER_DAY // 2
    steps = range(first, first + hours * 12)
    changed = [(START + step * STEP, window(stream, step, shift, column)) for step in steps]
    seen = [*history[:first], *changed]
    found = evaluate(seen, window_seconds=STEP, now=seen[-1][0] + STEP)
    return any(c.name == column and issue.updated >= changed[0][0] for issue in found for c in issue.columns)


def table(rows: int, *, seasonal: bool) -> None:
    days = HISTORY + (1 if rows >= 10_000 else 4)
    stream = Stream.make(rows, days, seasonal=seasonal, seed=rows + seasonal)
    began = time.perf_counter()
    history = [(START + step * STEP, window(stream, step)) for step in range(days * PER_DAY)]
    ours = {"graphsignal_mw": false_alarms(history)}
    kind = "seasonal" if seasonal else "stationary"
    rates = "  ".join(f"{rule}: {rate:.2f}" for rule, rate in {**ours, **others(stream, history)}.items())
    print(
        f"{kind:10} n={rows:6}  false alarms per 1,000 column-windows  {rates}  ({time.perf_counter() - began:.0f} s)"
    )
    if rows == 1000:
        for shift, columns in SHIFTS.items():
            shares = [np.mean([detected(stream, history, shift, c, hours) for c in columns]) for hours in (1, 24 - 12)]
            print(f"{'':10} detected: {shift:16} within 1 h {shares[0]:.2f}, within 12 h {shares[1]:.2f}")


def flights() -> None:
    """Count the issues of a year of real flights, week by week, as a collector would have found them."""
    from graphsignal_mw.demo.data import load_flights

    found, loaded = [], load_flights()
    end = datetime(2013, 2, 12, 9, tzinfo=UTC).timestamp()
    while end < datetime(2013, 12, 29, tzinfo=UTC).timestamp():
        found.append(evaluate(_flight_windows(loaded.between(end - 35 * DAY, end)), window_seconds=3600, now=end))
        end += 7 * DAY
    for issue in (issue for week in found for issue in week):
        print(f"{datetime.fromtimestamp(issue.opened, UTC):%d %b %H:%M}  {issue.family}: {issue.explanation}")
    issues = sum(map(len, found))
    print(f"{issues} issues in {len(found)} weeks: {issues / len(found) / 7 * 30:.2f} in 30 days")


def _flight_windows(loaded) -> list:
    buckets = (loaded.departed // 3600).astype(int) * 3600
    columns = loaded.feature_columns()
    windows = []
    for bucket in np.unique(buckets):
        inside, found = buckets == bucket, WindowStats(4)
        found.features.update({name: values[inside] for name, values in columns.items()}, int(inside.sum()))
        windows.append((int(bucket), found))
    return windows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[20, 100, 1000, 10_000])
    parser.add_argument("--flights", action="store_true")
    arguments = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    if arguments.flights:
        flights()
        return
    for rows in arguments.rows:
        for seasonal in (False, True):
            table(rows, seasonal=seasonal)


if __name__ == "__main__":
    main()
