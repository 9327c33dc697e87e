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
    assert asyncio.run(asked(Batches(list, work, most), work, items)) == [item * 2 for item in items]
    assert [item for batch in work.batches for item in batch] == items
    assert max(map(len, work.batches)) <= most
    assert len(work.batches) <= 20 // most + 2


def test_one_that_is_refused_harms_no_other():
    work = Work()
    first, refused, last = asyncio.run(asked(Batches(list, work, 100), work, [12, 13, 14]))
    assert (first, last) == (24, 28)
    assert isinstance(refused, ValueError)
    assert str(refused) == "refused 13"


def test_work_that_fails_fails_its_batch_and_goes_on_with_the_next():
    work = Work()
    batches = Batches(list, work, 2)
    found = asyncio.run(asked(batches, work, [0, 1, 2, 3]))
    assert [str(each) for each in found] == ["all", "all", "4", "6"]
    assert asyncio.run(batches(21)) == 42


def test_who_no_longer_waits_keeps_nobody_waiting():
    work = Work()
    batches = Batches(list, work, 1)

    async def act():
        gone, stays = (asyncio.create_task(batches(item)) for item in (1, 2))
        await asyncio.sleep(0)
        gone.cancel()
        work.may_go_on.set()
        return await stays

    assert asyncio.run(act()) == 4
    assert work.batches == [[1], [2]]


def test_what_is_not_taken_now_is_taken_next_and_in_order():
    work = Work()
    items = list(range(100, 110))
    assert asyncio.run(asked(Batches(lambda some: some[:3], work, 5), work, items)) == [item * 2 for item in items]
    assert [item for batch in work.batches for item in batch] == items
    assert max(map(len, work.batches)) == 3


def test_one_batch_is_prepared_while_another_one_is_finished():
    """The first is finished only once the second has been prepared."""
    prepared, found = [], []
    second = threading.Event()

    def prepare(items):
        prepared.append(list(items))
        if len(prepared) == 2:
            second.set()
        return items

    def finish(items):
        found.append((list(items), second.wait(10)))
        return items

    async def act():
        batches = Batches(prepare, finish, 1)
        return await asyncio.gather(*(batches(item) for item in (1, 2, 3)))

    assert asyncio.run(act()) == [1, 2, 3]
    assert prepared == [[1], [2], [3]]
    assert found == [([1], True), ([2], True), ([3], True)]


def test_never_two_batches_are_prepared_or_finished_at_once():
    turns = {"prepare": threading.Lock(), "finish": threading.Lock()}

    def alone(name, items):
        assert turns[name].acquire(blocking=False)
        threading.Event().wait(0.002)
        turns[name].release()
        return items

    async def act():
        batches = Batches(lambda items: alone("prepare", items), lambda items: alone("finish", items), 2)
        return await asyncio.gather(*(batches(item) for item in range(40)))

    assert asyncio.run(act()) == list(range(40))


def test_what_cannot_be_prepared_fails_its_batch_and_goes_on_with_the_next():
    def prepare(items):
        if 0 in items:
            raise RuntimeError("all")
        return items

    work = Work()
    found = asyncio.run(asked(Batches(prepare, work, 2), work, [0, 1, 2, 3]))
    assert [str(each) for each in found] == ["all", "all", "4", "6"]
    assert work.batches == [[2, 3]]
