"""Families of issues: what kind of trouble it is, and how it is tested."""

from dataclasses import dataclass

VALIDITY = "data validity"
DATA_DRIFT = "data drift"
PREDICTION_DRIFT = "prediction drift"
EXCEPTIONS = "exceptions"
PERFORMANCE = "performance"

FEATURES = "features"
PREDICTIONS = "predictions"


@dataclass(frozen=True)
class Tolerance:
    """What is never called different, in units of Cohen's w.

    Deviations within ``margin`` are no evidence, observed ones below ``floor`` no finding. ``prior`` is the
    standard deviation between windows that is assumed before there is history.
    """

    margin: float = 0.05
    floor: float = 0.10
    prior: float = 0.05


_USUAL = Tolerance()
_PERFORMANCE = Tolerance(margin=0.02, floor=0.05, prior=0.02)


def tolerance_of(family: str) -> Tolerance:
    """Return the tolerance of a family."""
    return _PERFORMANCE if family == PERFORMANCE else _USUAL


def drift_family(stream: str) -> str:
    """Return the family of a shifted column of ``stream``."""
    return PREDICTION_DRIFT if stream == PREDICTIONS else DATA_DRIFT
