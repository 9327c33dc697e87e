"""A line so small that it needs no axes: the points of an SVG polyline, drawn by the server."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120, 28
_PAD = 2.0


@dataclass(frozen=True)
class Sparkline:
    """``lines`` are the points of one polyline for each run without gaps, ``label`` says it in words."""

    lines: tuple[str, ...]
    label: str
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(values: Sequence[float | None], label: str, *, zero: bool = False) -> Sparkline:
    """Draw ``values``, one each bucket, None where there is a gap; ``zero`` starts the scale at zero."""
    known = [v for v in values if v is not None]
    if not known:
        return Sparkline((), f"{label}: no data")
    low, high = (min(0.0, *known), max(known)) if zero else (min(known), max(known))
    points = [(_x(i, len(values)), _y(v, low, high)) if v is not None else None for i, v in enumerate(values)]
    return Sparkline(tuple(_line(run) for run in _runs(points)), label)


Point = tuple[float, float]


def _x(index: int, n: int) -> float:
    return _PAD + (WIDTH - 2 * _PAD) * (index / (n - 1) if n > 1 else 0.5)


def _y(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return HEIGHT - _PAD - (HEIGHT - 2 * _PAD) * share


def _runs(points: Sequence[Point | None]) -> list[list[Point]]:
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _line(run: list[Point]) -> str:
    # A single point is drawn as a dash, or it would not be seen.
    first_x, first_y = run[0]
    shown = run if len(run) > 1 else [(first_x - 1, first_y), (first_x + 1, first_y)]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in shown)
