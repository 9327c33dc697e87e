"""Sorting the values of a column by what they are: numbers, strings, booleans, things with a length, missing."""

import math
import numbers
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

TYPES = ("integer", "float", "boolean", "string", "other")
T = TypeVar("T")
_PLAIN = frozenset({int, float, str, type(None)})
_MISSING_TYPES = frozenset({"NoneType", "NAType", "NaTType", "MaskedConstant"})


@dataclass(slots=True)
class Sorted:
    """Values of one column by kind. ``numbers`` are finite, ``missing`` counts null, NaN and infinite ones.

    ``lengths`` are those of whatever has one, such as the ``lists``.
    """

    numbers: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    strings: Sequence[str] = ()
    booleans: Mapping[str, int] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=list)
    lists: list[Any] = field(default_factory=list)
    missing: int = 0
    others: int = 0


def sort_values(values: Sequence[Any] | NDArray[Any]) -> Sorted:
    """Sort ``values``, shape (n,), of any types. Never raises: what cannot be understood is an *other*."""
    if isinstance(values, np.ndarray):
        return _sort_array(values)
    kinds = set(map(type, values))
    if kinds == {str}:
        return Sorted(strings=values)
    if kinds <= _PLAIN:
        try:
            return _sort_scalars(values, kinds)
        except OverflowError:
            pass
    return _sort_mixed(values)


def is_missing(value: Any) -> bool:
    """Whether ``value`` is null or not a number, of whichever library."""
    if type(value).__name__ in _MISSING_TYPES:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def _sort_array(array: NDArray[Any]) -> Sorted:
    if array.ndim != 1:
        return _sort_mixed(list(array))
    if array.dtype.names:
        return _sort_mixed(array.tolist())
    if isinstance(array, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(array)
        present = _sort_plain(array.data[~mask])
        present.missing += int(np.count_nonzero(mask))
        return present
    return _sort_plain(array)


def _sort_plain(array: NDArray[Any]) -> Sorted:
    kind = array.dtype.kind
    if kind in "iuf":
        with np.errstate(all="ignore"):  # a long double may be infinite as a double
            return _finite(array.astype(np.float64, copy=False))
    if kind == "b":
        true = int(np.count_nonzero(array))
        return Sorted(booleans=_booleans(true, len(array) - true))
    if kind in "Mm":
        return _finite(_seconds(array.astype(f"{kind}8[us]")))
    return sort_values(array.tolist())


def _seconds(array: NDArray[Any]) -> NDArray[np.float64]:
    seconds = array.astype(np.int64).astype(np.float64) / 1e6
    seconds[np.isnat(array)] = np.nan
    return seconds


def _finite(array: NDArray[np.float64]) -> Sorted:
    finite = np.isfinite(array)
    if finite.all():
        return Sorted(numbers=array)
    kept = array[finite]
    return Sorted(numbers=kept, missing=len(array) - len(kept))


def _sort_scalars(values: Sequence[Any], kinds: AbstractSet[type]) -> Sorted:
    present = [v for v in values if v is not None] if type(None) in kinds else values
    strings = [v for v in present if type(v) is str] if str in kinds else []
    figures = [v for v in present if type(v) is not str] if str in kinds else present
    found = _finite(np.fromiter(figures, np.float64, len(figures)))
    return Sorted(numbers=found.numbers, strings=strings, missing=found.missing + len(values) - len(present))


def _sort_mixed(values: Iterable[Any]) -> Sorted:
    groups: defaultdict[type, list[Any]] = defaultdict(list)
    for value in values:
        groups[type(value)].append(value)
    result = Sorted()
    found: list[float] = []
    strings: list[str] = []
    for kind, group in groups.items():
        try:
            _sort_group(kind, group, result, found, strings)
        except Exception:  # noqa: BLE001 - the class of a user's value may answer questions as it likes
            result.others += len(group)
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
        strings.extend(map(str.__str__, group))
    elif (convert := _number_converter(kind)) is not None:
        found.extend(_converted(group, convert, result))
    elif issubclass(kind, (list, tuple, np.ndarray)):
        result.lengths.extend(_converted(group, _length, result))
        result.lists.extend(group)
    elif issubclass(kind, (Mapping, AbstractSet, bytes, bytearray, memoryview)):
        result.lengths.extend(_converted(group, len, result))
    else:
        result.others += len(group)


def _number_converter(kind: type) -> Callable[[Any], float] | None:
    # The first that fits: Decimal is no Real, and a datetime is a date.
    return next((convert for known, convert in _CONVERTERS if issubclass(kind, known)), None)


def _converted(group: list[Any], convert: Callable[[Any], T], result: Sorted) -> Iterable[T]:
    for value in group:
        try:
            found = convert(value)
        except Exception:  # noqa: BLE001 - a user's value may raise anything
            result.others += 1
        else:
            yield found


def _length(values: Any) -> int:
    is_single = isinstance(values, np.ndarray) and not values.ndim
    return 1 if is_single else len(values)


def _timestamp(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _day(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _decimal(value: Decimal) -> float:
    return math.nan if value.is_nan() else float(value)


def _numpy_time(value: Any) -> float:
    array = np.array([value])
    return float(_sort_plain(array).numbers[0]) if not np.isnat(array[0]) else math.nan


_CONVERTERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], float]], ...] = (
    ((np.datetime64, np.timedelta64), _numpy_time),
    (Decimal, _decimal),
    (numbers.Real, float),
    (datetime, _timestamp),
    (date, _day),
    (timedelta, timedelta.total_seconds),
)


def _booleans(true: int, false: int) -> dict[str, int]:
    return {name: n for name, n in (("true", true), ("false", false)) if n}
