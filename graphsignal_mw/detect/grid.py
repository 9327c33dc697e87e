"""Time as detection sees it: whole UTC days, cut into equal steps."""

from dataclasses import dataclass

DAY = 86400
HOUR = 3600
FINEST = 300


@dataclass(frozen=True)
class Grid:
    """``days`` days from ``first_day`` (days since 1970-01-01 UTC) on, in steps of ``step`` seconds."""

    step: int
    first_day: int
    days: int

    @classmethod
    def of(cls, first: int, last: int, window_seconds: int) -> "Grid":
        """Return the grid of all days from the one of ``first`` to the one of ``last``, both Unix seconds."""
        step = max(window_seconds, FINEST)
        return cls(step, first // DAY, last // DAY - first // DAY + 1)

    @property
    def per_day(self) -> int:
        """Steps of a day."""
        return DAY // self.step

    @property
    def size(self) -> int:
        """Number of steps."""
        return self.days * self.per_day

    @property
    def start(self) -> int:
        """First moment, Unix seconds."""
        return self.first_day * DAY

    def index(self, moment: float) -> int:
        """Return the step in which ``moment`` (Unix seconds) lies; it may be outside of the grid."""
        return int(moment - self.start) // self.step

    def moment(self, index: int) -> int:
        """Return the first moment of a step, Unix seconds."""
        return self.start + index * self.step

    def steps_of(self, day: int) -> slice:
        """Return the steps of one day, counted from the first of the grid."""
        return slice(day * self.per_day, (day + 1) * self.per_day)

    def is_weekend(self, day: int) -> bool:
        """Whether a day, counted from the first of the grid, is a Saturday or Sunday."""
        return (self.first_day + day + 3) % 7 >= 5  # 1970-01-01 was a Thursday
