import asyncio
import threading

import pytest

from graphsignal_mw.collector.batches import Batches


class Work:
    """Doubles numbers, in threads; ``batches`` are what it was given. The first one waits until it may go on."""

    def __init__(self):
        self.batches, self.may_go_on = [], threading.Event()

    def __call__(self, items):
        self.batches.append(list(items))
        assert self.may_go_on.wait(10)
        if 0 in items:
            raise RuntimeError("all")
        return [ValueError(f"refused {item}") if item == 13 else item * 2 for item in items]


async def asked(batches, work, items):
    """What came of each of ``items``, asked for at once; the work begins when all have asked."""
    waiting = [asyncio.create_task(batches(item)) for item in items]
    for _ in range(3):
        await asyncio.sleep(0)
    work.may_go_on.set()
    return await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.parametrize("most", [3, 7, 100])
def test_what_comes_while_one_batch_is_worked_on_makes_the_next(most):
    work, items = Work(), list(range(100, 120))
    assert asyncio.run(asked(Batches(work, most), work, items)) == [item * 2 for item in items]
    assert [item for batch in work.batches for item in batch] == items
    assert max(map(len, work.batches)) <= most
    assert len(work.batches) <= 20 // most + 2


def test_one_that_is_refused_harms_no_other():
    work = Work()
    first, refused, last = asyncio.run(asked(Batches(work, 100), work, [12, 13, 14]))
    assert (first, last) == (24, 28)
    assert isinstance(refused, ValueError)
    assert str(refused) == "refused 13"


def test_work_that_fails_fails_its_batch_and_goes_on_with_the_next():
    work = Work()
    batches = Batches(work, 2)
    found = asyncio.run(asked(batches, work, [0, 1, 2, 3]))
    assert [str(each) for each in found] == ["all", "all", "4", "6"]
    assert asyncio.run(batches(21)) == 42


def test_who_no_longer_waits_keeps_nobody_waiting():
    work = Work()
    batches = Batches(work, 1)

    async def act():
        gone, stays = (asyncio.create_task(batches(item)) for item in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        work.may_go_on.set()
        return await stays

    assert asyncio.run(act()) == 4
    assert work.batches == [[1], [2]]
