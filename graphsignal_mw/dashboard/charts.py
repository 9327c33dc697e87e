"""A chart as data: the page draws it, shows it as a table and gives it as JSON, all from the same object."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphsignal_mw.dashboard.formats import count, duration, number, percent

FORMATTERS: dict[str, Callable[[float | None], str]] = {
    "count": count,
    "number": number,
    "percent": percent,
    "duration": duration,
}


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line of a chart; ``values`` has one number or None (no data) for each bucket.

    ``role`` picks the colour: one of the names that static/dashboard.css defines.
    """

    label: str
    values: Sequence[float | None]
    role: str = "accent"
    style: str = "line"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time to be shaded, such as that of an issue; Unix seconds."""

    start: int
    end: int
    label: str
    severity: str = "medium"


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A moment to be marked, such as a release; Unix seconds."""

    at: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Series over the same buckets. ``times`` are their starts (Unix seconds), ``unit`` one of :data:`FORMATTERS`.

    ``bands`` are pairs of indices of series, upper and lower, between which is filled. ``zero`` keeps zero in
    sight.
    """

    name: str
    title: str
    unit: str
    times: Sequence[int]
    series: Sequence[Series]
    step: int
    note: str = ""
    bands: Sequence[tuple[int, int]] = ()
    spans: Sequence[Span] = ()
    markers: Sequence[Marker] = ()
    zero: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return all(value is None for line in self.series for value in line.values)

    def renamed(self, name: str) -> "Chart":
        """Return the same chart under another name."""
        return replace(self, name=name)

    def rows(self) -> list[tuple[int, list[str]]]:
        """Return the table, newest first, without the buckets in which nothing is known."""
        write = FORMATTERS[self.unit]
        rows = zip(self.times, zip(*(line.values for line in self.series), strict=True), strict=True)
        known = [(at, [write(v) for v in values]) for at, values in rows if any(v is not None for v in values)]
        return known[::-1]

    def to_json(self) -> dict[str, Any]:
        """Return what static/charts.js draws and what the JSON link gives; times are Unix seconds."""
        return {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "step": self.step,
            "zero": self.zero,
            "times": list(self.times),
            "series": [
                {"label": s.label, "role": s.role, "style": s.style, "values": [finite(v) for v in s.values]}
                for s in self.series
            ],
            "bands": [list(band) for band in self.bands],
            "spans": [{"from": s.start, "to": s.end, "label": s.label, "severity": s.severity} for s in self.spans],
            "markers": [{"at": m.at, "label": m.label} for m in self.markers],
        }


def finite(value: float | None) -> float | None:
    """Return ``value``, or None where JSON has no word for it."""
    return None if value is None or not math.isfinite(value) else value


def annotated(build: Callable[[], Chart], spans: Sequence[Span], markers: Sequence[Marker] = ()) -> Chart:
    """Build a chart, with the spans and markers that touch it."""
    chart = build()
    start, end = chart.times[0], chart.times[-1] + chart.step
    return replace(
        chart,
        spans=[span for span in spans if span.start < end and span.end > start],
        markers=[marker for marker in markers if start <= marker.at < end],
    )
