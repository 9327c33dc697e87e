"""What goes wrong in the last day: a client sends kilometres, and a weather station falls silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOURS = 30
KILOMETRES_PER_MILE = 1.609344
NEW_CLIENT = "2.1.0"
"""The client version that sends the distance in kilometres."""

SILENT_STATION = "JFK"
"""The airport whose weather station stops to send the wind."""

COLUMNS = ("distance", "wind_speed")
"""The features that a good monitor must name."""

_BEFORE = {"2.0.0": 0.75, "1.9.4": 0.25}
_DURING = {NEW_CLIENT: 0.6, "2.0.0": 0.3, "1.9.4": 0.1}


@dataclass(frozen=True)
class Incident:
    """From ``start`` (Unix seconds of 2013) to the end of the replay."""

    start: float

    def client_versions(self, departed: NDArray[np.float64]) -> list[str]:
        """Return the client version of each flight, drawn from the mix of its time; the same at each call."""
        draws = np.random.default_rng(2013).random(len(departed))
        before, during = _draw(_BEFORE, draws), _draw(_DURING, draws)
        return [str(v) for v in np.where(departed >= self.start, during, before)]

    def apply(self, features: Mapping[str, Any], client_version: str, departed: float) -> dict[str, Any]:
        """Return the features as the client sends them."""
        sent = dict(features)
        if departed < self.start:
            return sent
        if client_version == NEW_CLIENT:
            sent["distance"] = round(sent["distance"] * KILOMETRES_PER_MILE, 1)
        if sent["origin"] == SILENT_STATION:
            sent["wind_speed"] = None
        return sent


def _draw(mix: Mapping[str, float], draws: NDArray[np.float64]) -> NDArray[np.str_]:
    edges = np.cumsum(list(mix.values()))[:-1]
    return np.asarray(list(mix))[np.searchsorted(edges, draws, side="right")]
