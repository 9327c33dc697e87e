"""What waits in the capture queue: what a middleware captured, records of the logger, and bare counts."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphsignal_mw.middleware import Capture
from graphsignal_mw.records import ExceptionEvent, Exchange, GroundTruth, Prediction


@dataclass(slots=True, frozen=True)
class Logged:
    """One record of the logger; ``logged_at`` (Unix seconds) is when it happened, if it does not say itself."""

    deployment: str
    metadata: Mapping[str, str]
    record: Prediction | GroundTruth | ExceptionEvent
    logged_at: float = field(default_factory=time.time)


@dataclass(slots=True, frozen=True)
class Counted:
    """Something that happened ``n`` times and has no other record.

    ``proven`` says that the name of the deployment is the user's own, and not what a client put into a path.
    """

    deployment: str
    name: str
    n: int = 1
    proven: bool = True


Item = Capture | Exchange | Logged | Counted


def deployment_of(item: Item) -> tuple[str, bool]:
    """Return the deployment that an item belongs to, and whether its name is proven."""
    if isinstance(item, Capture):
        item = item.finish()
    if isinstance(item, Exchange):
        return str(item.endpoint.deployment(item.params)), bool(item.endpoint.has_own_name)
    return item.deployment, item.proven if isinstance(item, Counted) else True
