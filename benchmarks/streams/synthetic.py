"""Twelve columns in five-minute windows, stationary or with the usual daily and weekly ups and downs, and shifts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from graphsignal_mw.stats import Column, WindowStats

DAY, STEP, PER_DAY = 86400, 300, 288
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

MEAN_QUARTER, MEAN_HALF, VARIANCE = "mean + .25 sd", "mean + .5 sd", "variance x 1.5"
THOUSAND, CONSTANT = "x 1000", "constant"
SWAP, NEW, MORE_MISSING = "5 % swapped", "new category at 2 %", "missing 1 -> 3 %"
SHIFTS = {
    MEAN_QUARTER: list(NUMBERS),
    MEAN_HALF: list(NUMBERS),
    VARIANCE: list(NUMBERS),
    THOUSAND: list(NUMBERS),
    CONSTANT: list(NUMBERS),
    SWAP: list(CATEGORIES),
    NEW: list(CATEGORIES),
    MORE_MISSING: ["missing_1%"],
}
"""Shifts, and the columns that they can be done to."""


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
        levels = {
            name: _level(rng, angle, weekend, amplitude=[0.5, 0.3, 0.15][i % 3], phase=i)
            for i, name in enumerate(COLUMNS)
        }
        return cls(rng, np.maximum(rng.poisson(mean), 1), levels)

    def numbers(self, name: str, step: int, shift: str = "") -> np.ndarray:
        z = self.rng.standard_normal(self.rows[step]) * (1.5**0.5 if shift == VARIANCE else 1.0)
        z += self.levels[name][step] + {MEAN_QUARTER: 0.25, MEAN_HALF: 0.5}.get(shift, 0.0)
        x = NUMBERS[name](z)
        return np.full(len(x), 3.0) if shift == CONSTANT else x * (1000 if shift == THOUSAND else 1)

    def counts(self, name: str, step: int, shift: str = "") -> np.ndarray:
        share = CATEGORIES[name]
        tilted = share * np.exp(np.linspace(-1, 1, len(share)) * self.levels[name][step])
        tilted = np.append(tilted / tilted.sum(), 0.0)
        if shift == SWAP:
            tilted[:2] += (-0.05, 0.05)
        if shift == NEW:
            tilted = np.append(tilted[:-1] * 0.98, 0.02)
        return self.rng.multinomial(self.rows[step], tilted)

    def missing(self, name: str, step: int, shift: str = "") -> int:
        rate = MISSING[name] * (3 if shift else 1)
        return int(self.rng.binomial(self.rows[step], special.expit(special.logit(rate) + self.levels[name][step])))

    def window(self, step: int, shift: str = "", column: str = "") -> WindowStats:
        """Return the statistics of one window, ``column`` shifted."""
        found = WindowStats()
        found.features.rows = int(self.rows[step])
        for name in COLUMNS:
            found.features.columns[name] = self._column(name, step, shift if name == column else "")
        return found

    def _column(self, name: str, step: int, shift: str) -> Column:
        if name in NUMBERS:
            column = Column()
            column.update(self.numbers(name, step, shift))
            return column
        column = Column()
        column.count = int(self.rows[step])
        if name in CATEGORIES:
            counts = {f"v{i}": int(n) for i, n in enumerate(self.counts(name, step, shift)) if n}
        else:
            column.missing = self.missing(name, step, shift)
            counts = {"v": column.count - column.missing} if column.missing < column.count else {}
        column.types["string"] = column.count - column.missing
        column.frequent.update(counts)
        return column


def _level(rng, angle, weekend, amplitude, phase):
    days = len(angle) // PER_DAY
    daily = np.repeat(rng.normal(0, 0.08, days), PER_DAY)
    hourly = np.repeat(rng.normal(0, 0.05, days * 24), PER_DAY // 24)
    return amplitude * np.sin(angle + phase) + 0.4 * amplitude * weekend + daily + hourly
