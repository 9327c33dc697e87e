import threading

import pytest

from graphsignal_mw.store.groups import GroupCommit


def at_once(act, items):
    """Call ``act`` with each item in a thread of its own; return what came of each, an exception too."""
    results = {}

    def run(item):
        try:
            results[item] = act(item)
        except ValueError as error:
            results[item] = error

    threads = [threading.Thread(target=run, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


class Commits:
    """A commit that takes until ``wanted`` calls were made; ``batches`` are what it was given."""

    def __init__(self, wanted):
        self.wanted, self.batches = wanted, []
        self.coming = threading.Semaphore(0)

    def __call__(self, batch):
        if not self.batches:
            for _ in range(self.wanted):
                self.coming.acquire(timeout=10)
        self.batches.append(list(batch))
        if 13 in batch:
            raise ValueError(f"refused {batch}")
        return [item * 2 for item in batch]


@pytest.mark.parametrize("most", [3, 100])
def test_what_comes_while_one_works_shares_the_next_commit(most):
    commits = Commits(20)
    group = GroupCommit(commits, most)

    def act(item):
        commits.coming.release()
        return group(item)

    assert at_once(act, range(100, 120)) == {item: item * 2 for item in range(100, 120)}
    assert sorted(item for batch in commits.batches for item in batch) == list(range(100, 120))
    assert max(map(len, commits.batches)) <= most
    assert len(commits.batches) < 20


def test_one_that_fails_harms_no_other_and_raises_where_it_belongs():
    commits = Commits(20)
    group = GroupCommit(commits, 100)

    def act(item):
        commits.coming.release()
        return group(item)

    results = at_once(act, range(20))
    assert str(results.pop(13)) == "refused [13]"
    assert results == {item: item * 2 for item in range(20) if item != 13}


def test_it_goes_on_after_a_failure():
    group = GroupCommit(Commits(0), 10)
    with pytest.raises(ValueError, match="refused"):
        group(13)
    assert group(1) == 2
