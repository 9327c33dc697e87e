"""The range of time that a page shows, as its URL says it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

HOUR, DAY = 3600, 86400
PRESETS = {"1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
DEFAULT = "24h"
LONGEST = 92 * DAY
MAX_POINTS = 170
_STEPS = (60, 300, 900, HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Half-open range ``[start, end)`` in Unix seconds; ``preset`` names it when it ends now."""

    start: int
    end: int
    preset: str | None = None

    @property
    def seconds(self) -> int:
        """Length in seconds."""
        return self.end - self.start

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the URL that give this range again."""
        if self.preset:
            return {} if self.preset == DEFAULT else {"range": self.preset}
        return {"from": iso(self.start), "to": iso(self.end)}

    def step(self, window_seconds: int) -> int:
        """Seconds between two points of a chart: a multiple of the window, at most 170 points."""
        least = max(window_seconds, self.seconds / MAX_POINTS)
        return next((s for s in _STEPS if s >= least and s % window_seconds == 0), _STEPS[-1])

    def grid(self, step: int) -> range:
        """Starts of the buckets of ``step`` seconds that touch this range."""
        return range(self.start // step * step, self.end, step)

    def aligned(self, window_seconds: int) -> "Period":
        """The same range from the start of its first bucket, so that no point of a chart is cut short."""
        step = self.step(window_seconds)
        start = self.start // step * step
        return replace(self, start=start if self.end - start <= LONGEST else start + step)

    def before(self) -> "Period":
        """The seven days (or as long as this range, if longer) that come before it: what it is compared with."""
        return Period(start=self.start - max(7 * DAY, self.seconds), end=self.start)


def parse_period(query: Mapping[str, str], now: float) -> Period:
    """Read ``range`` (one of :data:`PRESETS`), or ``from`` and ``to`` (ISO 8601 or Unix seconds), default 24 h.

    Raises:
        ValueError: names the parameter, its value and what was expected.

    """
    if query.get("from") or query.get("to"):
        end = _moment("to", query["to"]) if query.get("to") else int(now) + 1
        start = _moment("from", query["from"]) if query.get("from") else end - DAY
        return _checked(start, end)
    preset = query.get("range") or DEFAULT
    if preset not in PRESETS:
        raise ValueError(f"range: {preset!r} is not one of {', '.join(PRESETS)}")
    return Period(start=int(now) + 1 - PRESETS[preset], end=int(now) + 1, preset=preset)


def iso(moment: float) -> str:
    """Unix seconds as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(name: str, value: str) -> int:
    try:
        return int(float(value))
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name}: {value!r} is neither ISO 8601 nor Unix seconds") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _checked(start: int, end: int) -> Period:
    if not 0 <= start < end <= 253402300799:
        raise ValueError(f"from, to: {start} to {end} is not a range; from must come before to")
    if end - start > LONGEST:
        raise ValueError(f"from, to: {(end - start) // DAY} days; a page shows at most {LONGEST // DAY}")
    return Period(start=start, end=end)
