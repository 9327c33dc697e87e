"""What is said of lists of numbers, such as embeddings: dimension, norm, missing elements, and where they point.

Where they point is told by projections on fixed directions with elements of +1 and -1 (Achlioptas, 2003, "Database-
friendly random projections"), so that other directions show even where all norms are the same.
"""

import math
import numbers
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.stats.distinct import mix
from graphsignal_mw.stats.facets import PROJECTIONS
from graphsignal_mw.stats.kinds import is_missing

MOST_ELEMENTS = 16_384  # of a list that are looked at
_MAX_DEPTH = 16
_FINENESS = 2.0**20
_NESTED = (list, tuple, np.ndarray)

Floats = NDArray[np.float64]


def list_facets(lists: Sequence[Any]) -> tuple[Floats, Floats]:
    """Return the dimensions of ``lists``, and the other facets of those that hold numbers, shape (10, of these).

    Lists may be nested: their elements count, row by row. The facets are in the order of LIST_FACETS: the Euclidean
    norm, the share of missing elements (null, NaN, infinite), which count as 0 elsewhere, and the projections of
    the list divided by its norm, in a unit in which a random direction has standard deviation 1. All but the dimension
    are of the first 16,384 elements; norms have 20 bits, projections are multiples of 2^-20. What cannot be computed,
    such as the direction of zeros, is NaN.
    """
    dimensions: list[int] = []
    by_size: defaultdict[int, list[Floats]] = defaultdict(list)
    for each in lists:
        try:
            dimension, vector = _read(each)
        except Exception:  # noqa: BLE001, S112 - the class of a user's value may answer as it likes
            continue
        dimensions.append(dimension)
        if len(vector):
            by_size[len(vector)].append(vector)
    with np.errstate(all="ignore"):  # what leaves the doubles is infinite
        found = [_facets(np.stack(vectors).astype(np.float64, copy=False)) for vectors in by_size.values()]
    none = np.empty((2 + PROJECTIONS, 0))
    return np.array(dimensions, dtype=np.float64), np.concatenate([none, *found], axis=1)


@cache
def directions() -> Floats:
    """Return the directions, shape (8, 16384): element i of direction k is +1 where bit k - 1 of mix(i) is set."""
    hashes = mix(np.arange(MOST_ELEMENTS, dtype=np.uint64))
    bits = hashes >> np.arange(PROJECTIONS, dtype=np.uint64)[:, np.newaxis] & np.uint64(1)
    return bits.astype(np.float64) * 2 - 1


def _facets(matrix: Floats) -> Floats:
    """Return the facets of vectors of one size, shape (vectors, size)."""
    finite = np.isfinite(matrix)
    missing = np.count_nonzero(~finite, axis=1) / matrix.shape[1]
    if missing.any():
        matrix = np.where(finite, matrix, 0.0)
    norm = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    # Not with a product of matrices: threads that it may wake cost an app more than they save here.
    projected = np.einsum("ij,kj->ki", matrix, directions()[:, : matrix.shape[1]]) / norm
    # Without the last bits: norms of 1 that differ by errors of rounding must not look like a distribution.
    mantissa, exponent = np.frexp(norm)
    kept = np.ldexp(np.rint(mantissa * _FINENESS) / _FINENESS, exponent)
    return np.concatenate([kept[np.newaxis], missing[np.newaxis], np.rint(projected * _FINENESS) / _FINENESS])


def _read(value: Any) -> tuple[int, Floats]:
    """Return how many elements there are, and the first of them as numbers: none where not all are numbers."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "iufb":
        first = value.reshape(-1)[:MOST_ELEMENTS]
        return value.size, np.ma.filled(first.astype(np.float64), np.nan) if np.ma.isMaskedArray(first) else first
    elements = value.tolist() if isinstance(value, np.ndarray) else value
    if len(elements) and not isinstance(elements[0], _NESTED):
        first = elements[:MOST_ELEMENTS]
        found = _packed(first)
        if found is None and None in first:
            found = _packed([math.nan if element is None else element for element in first])
        if found is not None:
            return len(elements), found
    flat = list(_flat(elements))
    return len(flat), _converted(flat[:MOST_ELEMENTS])


def _packed(elements: Sequence[Any]) -> Floats | None:
    """Return plain numbers, which take no look at each of them; None where one is none."""
    try:
        return np.frombuffer(array("d", elements))
    except (TypeError, ValueError, OverflowError):
        return None


def _flat(value: Any, depth: int = _MAX_DEPTH) -> Iterator[Any]:
    for element in value:
        if isinstance(element, _NESTED) and depth:
            yield from _flat(element, depth - 1)
        else:
            yield element


def _converted(elements: Sequence[Any]) -> Floats:
    found = _packed(elements)
    if found is not None:
        return found
    read = [_number(element) for element in elements]
    return np.array([] if None in read else read, dtype=np.float64)


def _number(element: Any) -> float | None:
    """Return an element as a number, NaN where it is missing; None of what is no number."""
    if is_missing(element):
        return math.nan
    if not isinstance(element, (numbers.Real, Decimal, np.bool_)):
        return None
    try:
        return float(element)
    except OverflowError:
        return math.inf
