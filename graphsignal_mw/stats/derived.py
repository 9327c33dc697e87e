"""The facets of one column: which there are, and what the values of the column add to them."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS, facet_name
from graphsignal_mw.stats.kinds import Sorted
from graphsignal_mw.stats.list_facets import list_facets
from graphsignal_mw.stats.text_facets import MOST_CHARACTERS, text_facets
from graphsignal_mw.stats.values import LONG, MANY

JUDGED = 256  # strings that tell texts from other strings
_LEAST_WORDS = 2  # of a text on average: an identifier is one
_TOGETHER = 1024  # values that are looked at together

Facets = tuple[Sequence[str], NDArray[np.float64]]  # names of columns, and their values, shape (names, values)


class Derived:
    """Facets of the column ``name``: of lists from the first one on, of strings once it is clear that they are texts.

    Until then they are ``waiting``, in arrays of shape (texts, values).
    """

    __slots__ = ("_judge", "lists", "texts", "waiting")

    def __init__(self, name: str) -> None:
        self.texts = tuple(facet_name(name, facet) for facet in TEXT_FACETS)
        self.lists = tuple(facet_name(name, facet) for facet in LIST_FACETS)
        self.waiting: list[NDArray[np.float64]] = []
        self._judge = _Judge()

    @property
    def seems_text(self) -> bool:
        """Whether the strings seen so far look like texts."""
        return self._judge.is_text

    def of(self, found: Sorted) -> Iterator[Facets]:
        """Yield the facets of values."""
        if found.strings and not self._judge.is_refused:
            yield from self._of_strings(found.strings)
        for start in range(0, len(found.lists), _TOGETHER):
            dimensions, others = list_facets(found.lists[start : start + _TOGETHER])
            yield self.lists[:1], dimensions[np.newaxis]
            yield self.lists[1:], others

    def _of_strings(self, strings: Sequence[str]) -> Iterator[Facets]:
        self._judge.note(strings)
        if self._judge.is_refused:
            self.waiting = []
            return
        computed = (text_facets(strings[at : at + _TOGETHER]) for at in range(0, len(strings), _TOGETHER))
        if not self._judge.is_done:
            self.waiting += computed
            return
        waiting, self.waiting = self.waiting, []
        yield from ((self.texts, each) for each in chain(waiting, computed))


class _Judge:
    """Tells texts from categories and identifiers, by the first strings of a column, however they came in batches."""

    __slots__ = ("characters", "distinct", "n", "words")

    def __init__(self) -> None:
        self.n = self.characters = self.words = 0
        self.distinct: set[int] = set()

    @property
    def is_done(self) -> bool:
        """Whether no more strings are needed."""
        return self.n >= JUDGED

    @property
    def is_text(self) -> bool:
        """Whether they are long, or mostly distinct and of several words."""
        is_varied = self.n >= MANY and 2 * len(self.distinct) > self.n
        return self._is_long or (is_varied and self.words >= _LEAST_WORDS * self.n)

    @property
    def is_refused(self) -> bool:
        """Whether it is clear that they are no texts."""
        is_category = self.n >= MANY and 4 * len(self.distinct) <= self.n
        return not self.is_text and (is_category or self.is_done)

    @property
    def _is_long(self) -> bool:
        return self.characters > LONG * self.n

    def note(self, strings: Sequence[str]) -> None:
        some = strings[: JUDGED - self.n]
        self.n += len(some)
        self.distinct.update(map(hash, some))
        self.characters += sum(map(len, some))
        self.words += sum(len(text[:MOST_CHARACTERS].split()) for text in some)
