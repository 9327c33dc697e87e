"""Batches: what requests bring while one batch is worked on makes the next, in one thread and one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batches(Generic[Item, Result]):
    """Calls ``work`` in a thread, one call at a time, with up to ``most`` items; each caller gets its own result.

    ``work`` returns a result for each item, or the exception that its caller gets. One hand-over to a thread for
    many requests is what makes them cheap: each alone would wait for the interpreter several times.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result | Exception]], most: int) -> None:
        self._work, self._most = work, most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._runner: asyncio.Task[None] | None = None
        # Of its own: pages that are slow to compute do not keep uploads waiting.
        self._turn = anyio.CapacityLimiter(1)

    async def __call__(self, item: Item) -> Result:
        """Return what came of ``item``, or raise it."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                results = await anyio.to_thread.run_sync(self._safely, [item for item, _ in batch], limiter=self._turn)
                for (_, future), result in zip(batch, results, strict=True):
                    _settle(future, result)
        finally:
            self._runner = None

    def _safely(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        try:
            return self._work(items)
        except Exception as error:  # noqa: BLE001 - it is raised in the requests
            return [error] * len(items)


def _settle(future: "asyncio.Future[Result]", result: Result | Exception) -> None:
    if future.done():
        return  # nobody waits any more
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
