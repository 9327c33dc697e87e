"""Group commit: many threads that wait, one transaction."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item, Result]):
    """One call: what it wants, and what came of it."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.ready = threading.Event()
        self.results: list[Result] = []
        self.error: Exception | None = None

    @property
    def done(self) -> bool:
        return bool(self.results) or self.error is not None

    def result(self) -> Result:
        if self.error is not None:
            raise self.error
        return self.results[0]


class GroupCommit(Generic[Item, Result]):
    """Calls ``commit`` with what all threads bring meanwhile; each gets its own result, or its own exception.

    The first thread that comes works for those that come while the one before it works. ``commit`` gets at most
    ``most`` items, returns one result each, and does all or nothing. When it fails, each item is tried alone.
    """

    def __init__(self, commit: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        self._commit, self._most = commit, most
        self._lock = threading.Lock()
        self._queue: list[_Waiting[Item, Result]] = []
        self._busy = False

    def __call__(self, item: Item) -> Result:
        """Return what came of ``item``, after its commit."""
        waiting: _Waiting[Item, Result] = _Waiting(item)
        with self._lock:
            self._queue.append(waiting)
            leads, self._busy = not self._busy, True
        if not leads:
            waiting.ready.wait()
        if not waiting.done:
            self._lead()
        return waiting.result()

    def _lead(self) -> None:
        with self._lock:
            batch, self._queue = self._queue[: self._most], self._queue[self._most :]
        try:
            self._run(batch)
        finally:
            with self._lock:
                after = self._queue[:1]
                self._busy = bool(after)
            for waiting in (*after, *batch):
                waiting.ready.set()

    def _run(self, batch: Sequence[_Waiting[Item, Result]]) -> None:
        try:
            results = self._commit([waiting.item for waiting in batch])
        except Exception as error:  # noqa: BLE001 - it is raised where it belongs, in the thread of its item
            if len(batch) == 1:
                batch[0].error = error
                return
            for waiting in batch:
                self._run([waiting])
            return
        for waiting, result in zip(batch, results, strict=True):
            waiting.results.append(result)
