"""Bins of a column, frozen from its baseline, and the series that are made of their shares.

Every series is a linear function of the shares of the bins, in units in which one row has a variance of about 1
(Cohen's w). The shares themselves are series; numbers have two more, location and spread.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.detect.pooled import Pooled
from graphsignal_mw.stats import Column, Quantiles

Floats = NDArray[np.float64]

PROBABILITIES = (0.005, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.995)
RATE_FLOOR = 0.001
TOP = 8
OTHER = "(other)"
NEW = "(new)"
UNNAMED_A_VALUE = 32
"""Values without a name that may each be a known one: a process names a value only once it has seen some of it
(five by default, privacy.py), and eight that have just started are about as many as start at once."""


class Reference(Protocol):
    """Bins of a column."""

    @property
    def identity(self) -> str:
        """What tells these bins from others."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the bins."""

    @property
    def shares(self) -> Floats:
        """Share of the baseline in each bin, shape (bins,)."""

    def counts(self, column: Column) -> Floats:
        """Return how many values of the sketch of ``column`` are in each bin, shape (bins,)."""

    def held(self, column: Column) -> int:
        """Return of how many values the sketch of ``column`` is."""

    def seen(self, column: Column) -> int:
        """Return how many values ``column`` has had, whether its sketch is there or not."""


@dataclass(frozen=True, eq=False)
class NumericReference:
    """Bins of numbers up to and including each of ``edges``, shape (bins - 1,); what repeats is a bin of its own."""

    edges: Floats
    shares: Floats
    labels: tuple[str, ...]
    identity: str

    @classmethod
    def of(cls, baseline: Pooled) -> "NumericReference":
        """Freeze the edges from the quantiles of a baseline, which must not be empty."""
        edges = _edges(baseline.quantiles(PROBABILITIES))
        return cls.frozen(edges, _bin_shares(baseline, edges))

    @classmethod
    def frozen(cls, edges: Floats, shares: Floats) -> "NumericReference":
        """Return the bins that have these edges."""
        labels = (*(f"<= {edge:.4g}" for edge in edges), f"> {edges[-1]:.4g}")
        return cls(edges, shares, labels, _digest(edges.tobytes()))

    def counts(self, column: Column) -> Floats:
        """Return how many numbers of the sketch are in each bin, shape (bins,)."""
        return np.rint(_bin_shares(column.quantiles, self.edges) * column.quantiles.n)

    def held(self, column: Column) -> int:
        """Return of how many numbers the sketch is."""
        return column.quantiles.n

    def seen(self, column: Column) -> int:
        """Return how many numbers there were."""
        return column.moments.n


@dataclass(frozen=True, eq=False)
class CategoricalReference:
    """Bins of the commonest ``values``, of all other known ones, and of new ones."""

    values: tuple[str, ...]
    known: frozenset[str]
    shares: Floats
    labels: tuple[str, ...]
    identity: str

    @classmethod
    def of(cls, counts: Mapping[str, int], total: int) -> "CategoricalReference":
        """Freeze the values from how often each was seen among ``total``, which must not be 0."""
        values = tuple(value for value, _ in Counter(counts).most_common(TOP))
        top = np.array([counts[value] for value in values], dtype=np.float64) / total
        shares = np.array([*top, max(0.0, 1.0 - top.sum()), 0.0])
        return cls.frozen(values, frozenset(counts), shares)

    @classmethod
    def frozen(cls, values: tuple[str, ...], known: frozenset[str], shares: Floats) -> "CategoricalReference":
        """Return the bins of these values."""
        identity = _digest("\0".join([*values, *sorted(known)]).encode("utf-8", "surrogatepass"))
        return cls(values, known, shares, (*values, OTHER, NEW), identity)

    def counts(self, column: Column) -> Floats:
        """Return how many values are in each bin, shape (bins,). What is not named is never new.

        So few of them that they may all be known values tell nothing, more are other ones. Windows that name nothing
        (too many distinct values to be named, privacy.py) tell nothing either.
        """
        found = column.frequent.counts
        if not found:
            return np.zeros(len(self.labels))
        top = [found.get(value, 0) for value in self.values]
        new = sum(count for value, count in found.items() if value not in self.known)
        unnamed = column.frequent.total - found.total()
        others = found.total() - sum(top) - new + max(0, unnamed - UNNAMED_A_VALUE * len(self.known))
        return np.array([*top, others, new], dtype=np.float64)

    def held(self, column: Column) -> int:
        """Return of how many strings and booleans the frequent values are."""
        return column.frequent.total

    def seen(self, column: Column) -> int:
        """Return how many strings and booleans there were; strings of length 0 are no values."""
        return max(0, column.types["string"] + column.types["boolean"] - column.empties)

    def place(self, value: str) -> int:
        """Return the index of the bin of a value."""
        if value in self.values:
            return self.values.index(value)
        return len(self.values) + (value not in self.known)


def moved(counts: Floats, old: Reference, new: Reference, column: Column) -> Floats | None:
    """Return what ``counts`` of the ``old`` bins are in the ``new`` ones, shape (bins,).

    Values of an old bin are taken to lie in it as those of ``column`` do; None where that cannot be said.
    """
    if isinstance(old, NumericReference) and isinstance(new, NumericReference):
        both = _numbers_in_both(old, new, column)
    elif isinstance(old, CategoricalReference) and isinstance(new, CategoricalReference):
        both = _names_in_both(old, new, column)
    else:
        return None
    total = both.sum(axis=1)
    if len(counts) != len(total) or (total[counts > 0] <= 0).any():
        return None
    parts = np.divide(both, total[:, None], out=np.zeros_like(both), where=total[:, None] > 0)
    return np.asarray(counts @ parts)


def whole(counts: Floats) -> list[int]:
    """Return counts as whole numbers of the same sum, but for half a value."""
    return [int(n) for n in np.diff(np.rint(np.cumsum(counts)), prepend=0.0)]


def share_scale(shares: Floats) -> Floats:
    """Return the standard deviation of one row's share, with rare bins taken as ``RATE_FLOOR``."""
    floored = np.clip(shares, RATE_FLOOR, 1 - RATE_FLOOR)
    return np.asarray(np.sqrt(floored * (1 - floored)))


def rank_scores(shares: Floats) -> Floats:
    """Return scores of location and spread of bins, shape (<= 2, bins), orthonormal under ``shares``.

    Legendre polynomials of the bins' mid-ranks, as in Neyman's smooth test (1937).
    """
    mid = np.cumsum(shares) - shares / 2
    basis = [np.ones_like(shares)]
    for power in (mid, mid**2):
        rest = power.copy()
        for known in basis:
            rest -= (shares * rest * known).sum() * known
        norm = float(np.sqrt((shares * rest * rest).sum()))
        if norm > 1e-6:
            basis.append(rest / norm)
    return np.array(basis[1:]).reshape(-1, len(shares))


def _numbers_in_both(old: NumericReference, new: NumericReference, column: Column) -> Floats:
    """Return the share of the numbers in each pair of bins, shape (old bins, new bins)."""
    edges = np.union1d(old.edges, new.edges)
    both = np.zeros((len(old.labels), len(new.labels)))
    beyond = np.append(edges, np.inf)  # the greatest number of each piece
    places = np.searchsorted(old.edges, beyond), np.searchsorted(new.edges, beyond)
    np.add.at(both, places, _bin_shares(column.quantiles, edges))
    return both


def _names_in_both(old: CategoricalReference, new: CategoricalReference, column: Column) -> Floats:
    both = np.zeros((len(old.labels), len(new.labels)))
    for value, n in column.frequent.counts.items():
        both[old.place(value), new.place(value)] += n
    both[len(old.values), len(new.values)] += column.frequent.other
    return both


def _edges(quantiles: Floats) -> Floats:
    """Return ascending edges; a value that two quantiles share gets an edge below it as well."""
    values, times = np.unique(quantiles, return_counts=True)
    atoms = values[times > 1]
    return np.union1d(values, np.nextafter(atoms, -np.inf))


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=12).hexdigest()


def _bin_shares(quantiles: Quantiles | Pooled, edges: Floats) -> Floats:
    return np.diff(quantiles.cdf(edges), prepend=0.0, append=1.0 if quantiles.n else 0.0)
