"""Labels to their predictions: what waits in memory, and when the table is asked."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from graphsignal_mw.labels.remembered import Remembered, from_bytes, identity, to_bytes
from graphsignal_mw.labels.table import PredictionTable
from graphsignal_mw.records import GroundTruth

INTERVAL = 1.0  # seconds between two looks at the table
PURGE = 60.0  # ... when there is nothing else to do than to delete what has expired
PATIENCE = 0.1  # seconds to wait for the lock of the table: under gevent the whole process waits
WAIT = 60.0  # seconds that a label waits for a prediction that another process has yet to write
MAX_DELAY = 30.0  # seconds between two looks at a table that fails
MAX_ROWS = 20_000
MAX_BYTES = 8 * 1024 * 1024  # of rows in memory
MAX_LABELS = 20_000
_LAGS = ((60.0, "minute"), (3600.0, "hour"), (86_400.0, "day"), (604_800.0, "week"))


@dataclass(slots=True)
class _Waiting:
    """A label without its prediction; times are Unix seconds."""

    deployment: str
    label: GroundTruth
    arrived: float
    due: float


@dataclass(slots=True)
class Settled:
    """What came of a look at the table: labels with their predictions, and counts by (deployment, name).

    ``error`` is why the table could not be used: everything waits then for the next look.
    """

    found: list[tuple[Remembered, GroundTruth]] = field(default_factory=list)
    counters: Counter[tuple[str, str]] = field(default_factory=Counter)
    error: Exception | None = None


class Join:
    """Finds the predictions of labels that bear only an id. For one thread at a time.

    ``key`` makes the digests of one user differ from another's. ``clock`` is Unix seconds.
    """

    def __init__(self, table: PredictionTable, key: bytes = b"", clock: Callable[[], float] = time.time) -> None:
        self.table = table
        self._key, self._clock = key, clock
        self._rows: dict[bytes, tuple[str, bytes]] = {}
        self._bytes = 0
        self._labels: list[_Waiting] = []
        self._counters: Counter[tuple[str, str]] = Counter()
        self._failures = 0
        self._last = clock()

    def __len__(self) -> int:
        """How much waits in memory: rows for the table, and labels."""
        return len(self._rows) + len(self._labels)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for more rows."""
        return len(self._rows) >= MAX_ROWS or self._bytes >= MAX_BYTES

    @property
    def is_due(self) -> bool:
        """Whether it is time to look at the table."""
        passed = self._clock() - self._last
        if self._failures:
            return not 0 <= passed < min(MAX_DELAY, INTERVAL * 2.0**self._failures)
        return not 0 <= passed < (INTERVAL if self._rows or self._labels or self._counters else PURGE)

    @property
    def may_settle(self) -> bool:
        """Whether to look at the table before it is time, as there is no more room: not while it fails."""
        return not self._failures or self.is_due

    def remember(self, deployment: str, prediction_id: str, remembered: Remembered | None) -> None:
        """Let a prediction wait for the next look; None is one without a single value, and counted."""
        row = None if remembered is None else to_bytes(remembered)
        if row is None:
            self._counters[deployment, "dropped.join_value"] += 1
        elif self.is_full:
            self._counters[deployment, "dropped.join_queue"] += 1
        else:
            known = self._rows.pop(name := identity(deployment, prediction_id, self._key), None)
            self._bytes += len(row) - (len(known[1]) if known else 0)
            self._rows[name] = (deployment, row)

    def ask(self, deployment: str, label: GroundTruth) -> None:
        """Let a label wait for its prediction."""
        if len(self._labels) >= MAX_LABELS:
            self._counters[deployment, "dropped.join_queue"] += 1
        else:
            self._labels.append(_Waiting(deployment, label, self._clock(), 0.0))

    def settle(self, patience: float = PATIENCE, *, final: bool = False) -> Settled:
        """Write what waits, and return the labels whose predictions are there. Never raises.

        ``final``: nothing waits any longer, and what has to is counted.
        """
        now = self._last = self._clock()
        due = [each for each in self._labels if final or each.due <= now]
        try:
            settled = self._look(due, patience, now, final=final)
            self._failures = 0
        except Exception as error:  # noqa: BLE001 - whatever a disk may do costs labels, counted, and nothing else
            self._failures += 1
            settled = Settled(error=error)
            if final:
                self._give_up()
        settled.counters.update(self._counters)
        self._counters.clear()
        return settled

    def _look(self, due: list[_Waiting], patience: float, now: float, *, final: bool) -> Settled:
        ids = [identity(each.deployment, str(each.label.prediction_id), self._key) for each in due]
        rows = [(name, row) for name, (_, row) in self._rows.items()]
        contents, evicted = self.table.exchange(rows, ids, patience)
        self._rows, self._bytes = {}, 0
        settled = Settled()
        settled.counters.update({(name, "dropped.join_evicted"): n for name, n in evicted.items()})
        gone: set[int] = set()
        for each, content in zip(due, contents, strict=True):
            remembered = None if content is None else from_bytes(content)
            if remembered is not None:
                settled.found.append((remembered, _complete(each.label, remembered)))
                settled.counters[each.deployment, f"label_lag.{_lag(each.arrived - remembered.time)}"] += 1
            elif final or now - each.arrived >= WAIT:
                settled.counters[each.deployment, "unmatched.join"] += 1
            else:
                each.due = now + max(INTERVAL, now - each.arrived)  # less and less often
                continue
            gone.add(id(each))
        self._labels = [each for each in self._labels if id(each) not in gone]
        return settled

    def _give_up(self) -> None:
        """Count what the table has not taken."""
        lost: Iterable[str] = [
            *(deployment for deployment, _ in self._rows.values()),
            *(each.deployment for each in self._labels),
        ]
        self._counters.update((deployment, "dropped.join_queue") for deployment in lost)
        self._rows, self._bytes, self._labels = {}, 0, []


def _complete(label: GroundTruth, remembered: Remembered) -> GroundTruth:
    """Return ``label`` with what it does not say itself."""
    return replace(
        label,
        prediction=remembered.value,
        segments=label.segments or remembered.segments,
        timestamp=remembered.time if label.timestamp is None else label.timestamp,
        score=remembered.score if label.score is None else label.score,
        kind=label.kind or remembered.kind,
    )


def _lag(seconds: float) -> str:
    return next((name for limit, name in _LAGS if seconds <= limit), "longer")
