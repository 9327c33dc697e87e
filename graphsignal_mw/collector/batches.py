"""Batches: what requests bring while one batch is worked on makes the next, in one thread and one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

Item = TypeVar("Item")
Ready = TypeVar("Ready")
Result = TypeVar("Result")
A = TypeVar("A")
B = TypeVar("B")
_IN_FLIGHT = 2  # batches: one is prepared while the disk is waited for in the other


class Batches(Generic[Item, Ready, Result]):
    """Calls ``prepare``, then ``finish``, in threads, one call of each at a time; each caller gets its own result.

    ``prepare`` is given up to ``most`` items and returns what it made of as many of them as it wants to take now,
    at least one. ``finish`` returns for each of these a result, or the exception that its caller gets. One hand-over to
    a thread for many requests is what makes them cheap: each alone would wait for the interpreter several times.
    """

    def __init__(
        self,
        prepare: Callable[[Sequence[Item]], Sequence[Ready]],
        finish: Callable[[Sequence[Ready]], Sequence[Result | Exception]],
        most: int,
    ) -> None:
        self._prepare, self._finish, self._most = prepare, finish, most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._runners: set[asyncio.Task[None]] = set()
        self._preparing, self._finishing = asyncio.Lock(), asyncio.Lock()
        # Of their own: pages that are slow to compute do not keep uploads waiting.
        self._threads = anyio.CapacityLimiter(_IN_FLIGHT)

    async def __call__(self, item: Item) -> Result:
        """Return what came of ``item``, or raise it."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._runners) < _IN_FLIGHT:
            runner = asyncio.create_task(self._run())
            self._runners.add(runner)
            runner.add_done_callback(self._runners.discard)
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch: list[tuple[Item, asyncio.Future[Result]]] = []
            try:
                async with self._preparing:
                    batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                    ready = await self._in_thread(self._prepare, [item for item, _ in batch])
                    batch, self._waiting = batch[: len(ready)], [*batch[len(ready) :], *self._waiting]
                async with self._finishing:
                    results = await self._in_thread(self._finish, ready)
            except Exception as error:  # noqa: BLE001 - it is raised in the requests
                results = [error] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                _settle(future, result)

    async def _in_thread(self, work: Callable[[Sequence[A]], Sequence[B]], items: Sequence[A]) -> Sequence[B]:
        return await anyio.to_thread.run_sync(work, items, limiter=self._threads) if items else []


def _settle(future: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if future.done():
        return  # nobody waits any more
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
