"""What a column's values look like: the part of its statistics that could give a value away."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.distinct import Distinct
from graphsignal_mw.stats.frequent import Frequent
from graphsignal_mw.stats.moments import Moments
from graphsignal_mw.stats.quantiles import CLIENT_K, Quantiles
from graphsignal_mw.stats.rounding import rounded

MANY = 30  # values before a column can be called an identifier
LONG = 60  # mean characters of free text


class Values:
    """Moments, quantiles, distinct and frequent values, lengths: of ``n`` values that are present.

    ``significant_digits`` rounds numbers before they enter quantiles and distinct values, relative to the spread
    seen so far (see :func:`~graphsignal_mw.stats.rounding.rounded`), so distinct numbers are those that stay apart.
    """

    __slots__ = ("digits", "distinct", "frequent", "lengths", "moments", "n", "quantiles")

    def __init__(self, k: int = CLIENT_K, significant_digits: int | None = None) -> None:
        self.n = 0
        self.digits = significant_digits
        self.moments = Moments()
        self.quantiles = Quantiles(k)
        self.distinct = Distinct()
        self.frequent = Frequent()
        self.lengths = Moments()

    def add_numbers(self, numbers: NDArray[np.float64]) -> None:
        """Add finite numbers, shape (n,)."""
        self.n += len(numbers)
        self.moments.update(numbers)
        kept = np.sort(rounded(numbers, self.digits, self.moments))
        self.quantiles.update_sorted(kept)
        self.distinct.update_sorted(kept)

    def add_strings(self, counts: Mapping[str, int]) -> None:
        """Add strings that are not empty, with how often each was seen."""
        self.n += sum(counts.values())
        self.distinct.update_strings(self.frequent.update(counts))  # what had a count has been hashed
        lengths = np.fromiter(map(len, counts), np.int64, len(counts))
        self.lengths.update_weighted(lengths, np.fromiter(counts.values(), np.int64, len(counts)))

    def add_booleans(self, counts: Mapping[str, int]) -> None:
        """Add counts of ``"true"`` and ``"false"``."""
        self.n += sum(counts.values())
        self.frequent.update(counts)
        self.distinct.update_strings(counts)

    def add_lengths(self, lengths: Sequence[int]) -> None:
        """Add lengths of lists, mappings or bytes."""
        self.n += len(lengths)
        self.lengths.update(np.asarray(lengths, dtype=np.float64))

    def merge(self, other: "Values") -> None:
        """Add the values that ``other`` has seen."""
        self.n += other.n
        self.moments.merge(other.moments)
        self.quantiles.merge(other.quantiles)
        self.distinct.merge(other.distinct)
        self.frequent.merge(other.frequent)
        self.lengths.merge(other.lengths)

    @property
    def is_identifying(self) -> bool:
        """Whether the strings look like an identifier (mostly distinct) or free text (long)."""
        # Strings that wait for their name (window/release.py) are in the lengths, and not among the frequent.
        seen = max(self.frequent.total, self.lengths.n)
        if seen < MANY:
            return self.lengths.mean > LONG
        return self.lengths.mean > LONG or self.distinct.estimate() > 0.5 * seen
