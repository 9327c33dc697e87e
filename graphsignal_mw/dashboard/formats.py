"""Numbers and times as people read them. Everything is UTC."""

import math
from datetime import UTC, datetime

from graphsignal_mw.dashboard.period import iso

NOTHING = "–"  # noqa: RUF001 a dash for "no value"
_UNITS = ((999.5e9, 1e12, "T"), (999.5e6, 1e9, "G"), (999.5e3, 1e6, "M"), (9999.5, 1e3, "k"))
_SPANS = ((86400, "d"), (3600, "h"), (60, "min"))


def count(value: float | None) -> str:
    """Whole number in few characters: 9,999, 12.3k, 4.56M."""
    if value is None:
        return NOTHING
    for least, size, unit in _UNITS:
        if abs(value) >= least:
            return f"{value / size:.3g}{unit}"
    return f"{value:,.0f}"


def number(value: float | None) -> str:
    """Any number to four significant digits, without exponents where it can be helped."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e9 or size < 1e-4:
        return f"{value:.3g}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def percent(share: float | None) -> str:
    """Share 0..1 as percent; what is small but not zero never reads as zero."""
    if share is None or not math.isfinite(share):
        return NOTHING
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{share * 100:.2g}%" if share < 0.1 else f"{share * 100:.1f}%".replace(".0%", "%")


def duration(seconds: float | None) -> str:
    """Length of something fast, in the unit that fits: 820 µs, 12.4 ms, 1.35 s."""
    if seconds is None or not math.isfinite(seconds):
        return NOTHING
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def span(seconds: float) -> str:
    """Length of something slow, in the two largest units: 3 d 4 h, 25 min, 12 s."""
    rest = int(max(0, seconds))
    parts: list[str] = []
    for size, unit in _SPANS:
        if rest >= size and len(parts) < 2:
            parts.append(f"{rest // size} {unit}")
            rest %= size
        elif parts:
            break
    return " ".join(parts) or f"{rest} s"


def ago(moment: float | None, now: float) -> str:
    """How long ago ``moment`` (Unix seconds) was: ``3 h 5 min ago``, ``just now``, ``never``."""
    if moment is None:
        return "never"
    return "just now" if now - moment < 2 else f"{span(now - moment)} ago"


def clock(moment: float | None) -> str:
    """Unix seconds as ``24 Nov 2026, 14:05``."""
    if moment is None:
        return NOTHING
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b %Y, %H:%M}"


def short_clock(moment: float) -> str:
    """Unix seconds as ``24 Nov 14:05``, for rows of a table."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b %H:%M}"


def picker(moment: float) -> str:
    """Unix seconds as an ``<input type=datetime-local>`` takes them."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M")


FORMATS = {
    "iso": iso,
    "count": count,
    "number": number,
    "percent": percent,
    "duration": duration,
    "span": span,
    "ago": ago,
    "clock": clock,
    "short_clock": short_clock,
    "picker": picker,
}
