"""False alarms and detection of graphsignal_mw, next to the rules that others use, on synthetic streams.

    python benchmarks/detection.py                  the tables, small (about three minutes)
    python benchmarks/detection.py --full           windows of 10,000 rows too, more tested days and more trials
    python benchmarks/detection.py --rows 100       only windows of about 100 rows
    python benchmarks/detection.py --flights        issues in a year of real flights without an incident (extra demo)

Five-minute windows of 12 columns, 14 days of history before the tested ones. The other rules get the raw rows and a
reference sample of 10,000 rows: their best case.
"""

import argparse
import os
import platform
import time
from datetime import UTC, datetime

import numpy as np
from scipy import stats
from streams.synthetic import CATEGORIES, COLUMNS, DAY, NUMBERS, PER_DAY, SHIFTS, START, STEP, Stream

from graphsignal_mw.detect import evaluate
from graphsignal_mw.detect.baseline import Baselines
from graphsignal_mw.detect.bins import Bins
from graphsignal_mw.detect.findings import Finding
from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.panel import Panel, blocks
from graphsignal_mw.detect.series import Source, make_panels
from graphsignal_mw.detect.sketches import held_by
from graphsignal_mw.detect.walk import Walk
from graphsignal_mw.stats import WindowStats

HISTORY = 14  # days
FIRST = HISTORY * PER_DAY
KS, PSI = "KS or chi2, p < .05", "PSI > .2"


class Detection:
    """Findings in ``history`` and in variants of it; what does not change is computed once."""

    def __init__(self, history: list) -> None:
        self._history = history
        self._grid = Grid.of(history[0][0], history[-1][0], STEP)
        baselines = Baselines(history, (0, START + HISTORY * DAY), {}, held_by(history, STEP))
        self._references = {key: baselines.of(key).reference for key in baselines.rows}
        self._panels = {key: self._panels_of(key, history) for key in self._references}

    @property
    def steps(self) -> int:
        return len(self._history)

    def findings(self, changed: dict[int, WindowStats], column: str, stop: int) -> list[Finding]:
        """Return what is flagged in the tested steps before ``stop`` when windows of ``column`` are ``changed``."""
        panels = self._panels
        if changed:
            history = [(at, changed.get(step, found)) for step, (at, found) in enumerate(self._history)]
            panels = {**panels, ("features", column): self._panels_of(("features", column), history)}
        joined = blocks([panel for each in panels.values() for panel in each], 600_000)
        return list(Walk(self._grid, joined, stop).run(HISTORY).findings)

    def _panels_of(self, key: tuple[str, str], history: list) -> list[Panel]:
        source = Source(Bins(history, self._grid, STEP, held_by(history, STEP)), slice(0, FIRST))
        return list(make_panels(source, {key: self._references[key]}))


def false_alarms(detection: Detection) -> float:
    """Return flagged column-windows of a thousand, at all scales, when nothing is wrong."""
    flagged = {(f.subject.column, f.end) for f in detection.findings({}, "", detection.steps)}
    return 1000 * len(flagged) / (len(COLUMNS) * (detection.steps - FIRST))


def others(stream: Stream, steps: int, windows: int = 150) -> dict[str, float]:
    """Return flagged column-windows of a thousand of the rules "p < .05" and "PSI > .2" on raw rows."""
    weights = stream.rows[:FIRST] / stream.rows[:FIRST].sum()
    past = stream.rng.choice(FIRST, 400, p=weights)
    now = stream.rng.integers(FIRST, steps, windows)
    flags: dict[str, list[bool]] = {KS: [], PSI: []}
    for name in NUMBERS:
        reference = np.concatenate([stream.rng.choice(stream.numbers(name, step), 25) for step in past])
        edges = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
        before = _histogram(reference, edges)
        for values in (stream.numbers(name, step) for step in now):
            flags[KS].append(stats.ks_2samp(reference, values, method="asymp").pvalue < 0.05)
            flags[PSI].append(_psi(before, _histogram(values, edges)) > 0.2)
    for name in CATEGORIES:
        reference = sum(stream.counts(name, step) for step in past)
        for counts in (stream.counts(name, step) for step in now):
            used = reference + counts > 0
            flags[KS].append(stats.chi2_contingency([reference[used], counts[used]]).pvalue < 0.05)
            flags[PSI].append(_psi(reference[used], counts[used]) > 0.2)
    return {rule: 1000 * float(np.mean(found)) for rule, found in flags.items()}


def _histogram(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)


def _psi(before: np.ndarray, now: np.ndarray) -> float:
    p, q = (np.maximum(x / x.sum(), 1e-4) for x in (before, now))
    return float(((q - p) * np.log(q / p)).sum())


def delay(detection: Detection, stream: Stream, shift: str, column: str, hours: int = 24) -> float:
    """Return how many hours after ``shift`` began, at any time of the first tested day, ``column`` is flagged."""
    first = FIRST + int(stream.rng.integers(PER_DAY))
    stop = first + hours * PER_DAY // 24
    changed = {step: stream.window(step, shift, column) for step in range(first, stop)}
    ends = [f.end for f in detection.findings(changed, column, stop) if f.subject.column == column and f.end >= first]
    return (min(ends) + 1 - first) * STEP / 3600 if ends else np.inf


def print_false_alarms(sizes: list[int], days: int) -> None:
    print("\nFalse alarms per 1,000 column-windows when nothing is wrong")
    print(f"{'rows a window':>13} {'':10} {'graphsignal_mw':>15} {KS:>20} {PSI:>10}")
    for rows in sizes:
        tested = 1 if rows >= 10_000 else days
        for seasonal in (False, True):
            began = time.perf_counter()
            stream, history = make(rows, HISTORY + tested, seasonal=seasonal)
            ours, theirs = false_alarms(Detection(history)), others(stream, len(history))
            took = f"{tested} days, {time.perf_counter() - began:.0f} s"
            print(f"{rows:13,} {kind(seasonal):10} {ours:15.2f} {theirs[KS]:20.0f} {theirs[PSI]:10.0f}   ({took})")


def print_detected(rows: int, trials: int) -> None:
    print(f"\nShare detected within 1 h / 24 h, {rows:,} rows a window, {trials} trials a column")
    print(f"{'':20} {'stationary':>13} {'seasonal':>13}")
    made = []
    for seasonal in (False, True):
        stream, history = make(rows, HISTORY + 2, seasonal=seasonal)
        made.append((Detection(history), stream))
    for shift, columns in SHIFTS.items():
        shares = []
        for detection, stream in made:
            hours = np.array([delay(detection, stream, shift, name) for name in columns for _ in range(trials)])
            shares.append(f"{(hours <= 1).mean():.2f} / {(hours <= 24).mean():.2f}")
        print(f"{shift:20} {shares[0]:>13} {shares[1]:>13}", flush=True)


def make(rows: int, days: int, *, seasonal: bool) -> tuple[Stream, list]:
    """Return a stream and its windows."""
    stream = Stream.make(rows, days, seasonal=seasonal, seed=rows + seasonal)
    return stream, [(START + step * STEP, stream.window(step)) for step in range(days * PER_DAY)]


def kind(seasonal: bool) -> str:
    return "seasonal" if seasonal else "stationary"


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


def machine() -> str:
    return f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {os.cpu_count()} cores"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--flights", action="store_true")
    arguments = parser.parse_args()
    print(machine())
    if arguments.flights:
        flights()
        return
    sizes = [20, 100, 1000, 10_000] if arguments.full else [20, 100, 1000]
    print_false_alarms(arguments.rows or sizes, days=7 if arguments.full else 3)
    if arguments.rows is None:
        print_detected(1000, trials=10 if arguments.full else 2)


if __name__ == "__main__":
    main()
