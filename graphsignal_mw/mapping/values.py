"""Single values of a body: times, scores and labels as a window needs them."""

from datetime import UTC, datetime
from typing import Any


def time_of(value: Any) -> float | None:
    """Return Unix seconds of a number or of ISO 8601 text, None of anything else. Naive times are UTC."""
    try:
        seconds = float(value) if _is_number(value) else _iso(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < 2**40 else None


def score_of(value: Any) -> float | None:
    """Return a probability, None of what cannot be one."""
    return float(value) if _is_number(value) and 0 <= value <= 1 else None


def typed(value: Any, kind: str | None) -> Any:
    """Let numbers stand for booleans and classes where the kind of output says so."""
    if kind == "binary" and isinstance(value, (int, float)):
        return bool(value)
    if kind == "categorical" and not isinstance(value, str):
        return plain(value)
    return value


def plain(value: Any) -> str:
    """Return a value as text, booleans as JSON writes them."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _iso(value: Any) -> float:
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
