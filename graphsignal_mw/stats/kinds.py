"""Sorting the values of a column by what they are: numbers, strings, booleans, things with a length, missing."""

import numbers
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

TYPES = ("integer", "float", "boolean", "string", "other")
_MISSING_TYPES = frozenset({"NoneType", "NAType", "NaTType", "MaskedConstant"})


@dataclass(slots=True)
class Sorted:
    """Values of one column by kind. ``numbers`` are finite, ``missing`` counts null, NaN and infinite ones."""

    numbers: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    strings: Sequence[str] = ()
    booleans: Mapping[str, int] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=list)
    missing: int = 0
    others: int = 0


def sort_values(values: Sequence[Any] | NDArray[Any]) -> Sorted:
    """Sort ``values``, shape (n,), of any types. Never raises: what cannot be understood is an *other*."""
    if isinstance(values, np.ndarray):
        return _sort_array(values)
    kinds = set(map(type, values))
    if kinds == {str}:
        return Sorted(strings=values)
    if kinds <= {int, float}:
        try:
            return _finite(np.fromiter(values, np.float64, len(values)))
        except OverflowError:
            pass
    return _sort_mixed(values)


def _sort_array(array: NDArray[Any]) -> Sorted:
    if isinstance(array, np.ma.MaskedArray):
        present = _sort_array(array.compressed())
        present.missing += array.size - int(array.count())
        return present
    kind = array.dtype.kind
    if array.ndim == 1 and kind in "iuf":
        return _finite(array.astype(np.float64, copy=False))
    if array.ndim == 1 and kind == "b":
        true = int(np.count_nonzero(array))
        return Sorted(booleans=_booleans(true, len(array) - true))
    if kind == "M":
        return _finite(_nat_to_nan(array.astype("M8[us]"), 1e6))
    if kind == "m":
        return _finite(_nat_to_nan(array.astype("m8[us]"), 1e6))
    return sort_values(array.tolist() if array.ndim == 1 else list(array))


def _nat_to_nan(array: NDArray[Any], per_second: float) -> NDArray[np.float64]:
    seconds = array.astype(np.int64).astype(np.float64) / per_second
    seconds[np.isnat(array)] = np.nan
    return seconds


def _finite(array: NDArray[np.float64]) -> Sorted:
    finite = np.isfinite(array)
    if finite.all():
        return Sorted(numbers=array)
    kept = array[finite]
    return Sorted(numbers=kept, missing=len(array) - len(kept))


def _sort_mixed(values: Iterable[Any]) -> Sorted:
    groups: defaultdict[type, list[Any]] = defaultdict(list)
    for value in values:
        groups[type(value)].append(value)
    result = Sorted()
    found: list[float] = []
    strings: list[str] = []
    for kind, group in groups.items():
        _sort_group(kind, group, result, found, strings)
    finite = _finite(np.array(found, dtype=np.float64))
    result.numbers, result.strings = finite.numbers, strings
    result.missing += finite.missing
    return result


def _sort_group(kind: type, group: list[Any], result: Sorted, found: list[float], strings: list[str]) -> None:
    if kind.__name__ in _MISSING_TYPES:
        result.missing += len(group)
    elif issubclass(kind, (bool, np.bool_)):
        true = sum(map(bool, group))
        result.booleans = _booleans(
            true + result.booleans.get("true", 0), len(group) - true + result.booleans.get("false", 0)
        )
    elif issubclass(kind, str):
        strings.extend(map(str, group))
    elif (convert := _number_converter(kind)) is not None:
        _convert(group, convert, result, found)
    elif issubclass(kind, (list, tuple, Mapping, AbstractSet, bytes, bytearray, memoryview, np.ndarray)):
        result.lengths.extend(np.size(v) if isinstance(v, np.ndarray) else len(v) for v in group)
    else:
        result.others += len(group)


def _number_converter(kind: type) -> Callable[[Any], float] | None:
    if issubclass(kind, (np.datetime64, np.timedelta64)):
        return _numpy_time
    # Decimal is registered as a Number only, and complex is not Real.
    if issubclass(kind, numbers.Real) or kind.__name__ == "Decimal":
        return float
    if issubclass(kind, datetime):
        return _timestamp
    if issubclass(kind, date):
        return lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    if issubclass(kind, timedelta):
        return timedelta.total_seconds
    return None


def _convert(group: list[Any], convert: Callable[[Any], float], result: Sorted, found: list[float]) -> None:
    for value in group:
        try:
            found.append(convert(value))
        except (OverflowError, ValueError, TypeError, ArithmeticError):
            result.others += 1


def _timestamp(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _numpy_time(value: Any) -> float:
    array = np.array([value])
    return float(_sort_array(array).numbers[0]) if not np.isnat(array[0]) else float("nan")


def _booleans(true: int, false: int) -> dict[str, int]:
    return {name: n for name, n in (("true", true), ("false", false)) if n}
