"""Quotas at the door: what is over its quota of the day is refused until the next, or until more is allowed."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from graphsignal_mw.collector.problems import Problem
from graphsignal_mw.store import WHOLE_PROJECT, Aliases, Quota, Store

DAY = 86400
REFRESH_SECONDS = 10.0  # what other collectors took, and new quotas, are known so much later
_RETRY = 3600  # seconds at most: a quota may be raised meanwhile


class QuotaGate:
    """Quotas of all projects, as one collector knows them; safe to share between threads."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._quotas: list[Quota] = []
        self._aliases: Aliases = {}
        self._fresh_until = 0.0
        self._new: Counter[tuple[str, str]] = Counter()

    def check(self, project: str, deployments: Collection[str]) -> None:
        """Refuse an upload for ``deployments``, whole, when one of them or the project is over its quota.

        Raises:
            Problem: 429 with ``Retry-After``: uploads wait in the spools of their senders.

        """
        self._refresh()
        wanted = {WHOLE_PROJECT, *self._current(project, deployments)}
        for quota in self._quotas:
            taken = quota.used + self._new[quota.project, quota.deployment]
            if quota.project == project and quota.deployment in wanted and taken >= quota.bytes_per_day:
                raise self._refusal(quota)

    def add(self, project: str, deployments: Sequence[str], size: int) -> None:
        """Count an upload of ``size`` bytes with one entry of ``deployments`` for each of its parts."""
        with self._lock:
            self._new[project, WHOLE_PROJECT] += size
            for name in self._current(project, deployments):
                self._new[project, name] += size // len(deployments)

    def _refresh(self) -> None:
        """Write down what was counted and read quotas anew, where that was long ago."""
        now = self._clock()
        if self._is_fresh(now):
            return
        with self._lock:
            if self._is_fresh(now):
                return  # another thread did
            if self._new:
                self._store.add_usage(self._new, now)
            self._new = Counter()
            self._quotas = self._store.quotas(now)
            self._aliases = self._store.aliases({quota.project for quota in self._quotas})
            self._fresh_until = now + REFRESH_SECONDS

    def _current(self, project: str, deployments: Collection[str]) -> list[str]:
        """Return what deployments are called that came under names which they may have had before."""
        return [self._aliases.get((project, name), name) for name in deployments]

    def _is_fresh(self, now: float) -> bool:
        return self._fresh_until - REFRESH_SECONDS <= now < self._fresh_until

    def _refusal(self, quota: Quota) -> Problem:
        now = self._clock()
        what = f"deployment {quota.deployment!r}" if quota.deployment else f"project {quota.project!r}"
        detail = f"quota: {what} has its {quota.bytes_per_day} bytes of today; uploads are taken again tomorrow (UTC)"
        return Problem(429, detail, headers={"Retry-After": str(int(min(DAY - now % DAY + 1, _RETRY)))})
