"""Checks of what callers pass: every refusal names argument, value and what was expected."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from graphsignal_mw.records import scrub

MAX_KEYS = 10
MAX_KEY, MAX_VALUE = 250, 2500
LATEST = 2**40  # Unix seconds; whatever is later is no time in seconds
_MISSING = frozenset({"NAType", "NaTType", "MaskedConstant"})


def shown(value: Any) -> str:
    """Return ``value`` for an error message, shortened."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def refuse(argument: str, value: Any, expected: str) -> TypeError:
    """Return the error for a value of a wrong type."""
    return TypeError(f"{argument}: {shown(value)} is a {type(value).__name__}; expected {expected}")


def check_name(argument: str, value: Any) -> str:
    """Return ``value`` if it is a string of 1 to 250 characters.

    Raises:
        TypeError: when it is not a string.
        ValueError: when its length is wrong.

    """
    if not isinstance(value, str):
        raise refuse(argument, value, "str")
    if not 1 <= len(value) <= MAX_KEY:
        raise ValueError(f"{argument}: {shown(value)} has {len(value)} characters; expected 1 to {MAX_KEY}")
    return value


def check_names(names: Any) -> list[str] | None:
    """Return names of features as a list of strings.

    Raises:
        TypeError: when they are one string, or nothing that can be listed.

    """
    if names is None:
        return None
    if isinstance(names, (str, bytes)) or not hasattr(names, "__iter__"):
        raise refuse("feature_names", names, "a list of str")
    return [str(name) for name in names]


def is_missing(value: Any) -> bool:
    """Return whether ``value`` stands for none: None, NaN, pandas' NA and NaT, a masked value."""
    if isinstance(value, (float, np.floating)):
        return bool(np.isnan(value))
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return bool(np.isnat(value))
    return value is None or type(value).__name__ in _MISSING


def check_deployment(value: Any) -> str:
    """Return the name of a deployment.

    Raises:
        TypeError: when it is not a string.
        ValueError: when its length is wrong, or it cannot stand in an address.

    """
    name = check_name("deployment_name", value)
    if name in {".", ".."}:
        raise ValueError(f"deployment_name: {name!r}; expected a name that can stand in an address, unlike . and ..")
    return name


def check_metadata(known: Mapping[str, str], key: Any, value: Any) -> tuple[str, str]:
    """Return key and value as strings, within the limits: 10 keys, 250 and 2500 characters.

    Raises:
        TypeError: when the key is not a string.
        ValueError: when a limit is exceeded.

    """
    name, text = check_name("key", key), str(value)
    if len(text) > MAX_VALUE:
        raise ValueError(f"value: {shown(value)} has {len(text)} characters; expected at most {MAX_VALUE}")
    if name not in known and len(known) >= MAX_KEYS:
        raise ValueError(f"key: {name!r} would be number {len(known) + 1}; expected at most {MAX_KEYS} keys")
    return name, text


def check_extra(extra: Any) -> dict[str, str]:
    """Return what is said besides an exception as strings: texts scrubbed, numbers as they are.

    Raises:
        TypeError: when it is not a mapping.

    """
    if extra is None:
        return {}
    if not isinstance(extra, Mapping):
        raise refuse("extra_info", extra, "a dict")
    return {
        str(key): str(value) if isinstance(value, (int, float)) else scrub(str(value)) for key, value in extra.items()
    }


def check_segments(segments: Any) -> tuple[str, ...]:
    """Return segments as a tuple of strings of 1 to 250 characters.

    Raises:
        TypeError: when it is not a list or tuple of strings.
        ValueError: when a name is empty or too long.

    """
    if segments is None:
        return ()
    if isinstance(segments, np.ndarray):
        segments = segments.tolist()
    if not isinstance(segments, (list, tuple, set, frozenset)):
        raise refuse("segments", segments, "a list of str such as ['country=FR']")
    for name in segments:
        check_name("segments", name)
    return tuple(segments)


def check_timestamp(argument: str, value: Any) -> float | None:
    """Return Unix seconds; naive datetimes are UTC.

    Raises:
        TypeError: when it is neither a number nor a datetime.
        ValueError: when it is not finite or lies before 1970.

    """
    if is_missing(value):
        return None
    if isinstance(value, np.datetime64):
        seconds = float(value.astype("M8[us]").astype(np.int64)) / 1e6
    elif isinstance(value, datetime):
        seconds = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    elif isinstance(value, date):
        seconds = datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    elif isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        seconds = float(value)
    else:
        raise refuse(argument, value, "Unix seconds or datetime")
    if not 0 <= seconds < LATEST:
        raise ValueError(f"{argument}: {shown(value)} is not a time since 1970; expected Unix seconds or datetime")
    return seconds


def check_score(score: Any) -> float | None:
    """Return a score, the probability of the positive class.

    Raises:
        TypeError: when it is not a number.
        ValueError: when it is not between 0 and 1.

    """
    if is_missing(score):
        return None
    if isinstance(score, bool) or not isinstance(score, (int, float, np.integer, np.floating)):
        raise refuse("score", score, "a number from 0 to 1")
    if not 0 <= score <= 1:
        raise ValueError(f"score: {shown(score)}; expected a number from 0 to 1")
    return float(score)


def check_output(argument: str, value: Any) -> Any:
    """Return a label or prediction that performance can be computed of, numpy scalars as their Python kin.

    Raises:
        TypeError: when it is not bool, str, int or float.

    """
    plain = value.item() if isinstance(value, np.generic) else value
    if not isinstance(plain, (bool, str, int, float)):
        raise refuse(argument, value, "bool, str, int, float or a numpy scalar")
    return plain


def check_length(argument: str, values: Sequence[Any], rows: int) -> None:
    """Check that there is one value a row.

    Raises:
        ValueError: when there are more or fewer.

    """
    if len(values) != rows:
        raise ValueError(f"{argument}: {len(values)} values; expected {rows}, one a row")
