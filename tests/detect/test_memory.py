"""Bins stay frozen, and what was counted in them needs no sketch any more."""

import numpy as np
import pytest

from graphsignal_mw.detect import Memory, Sketch
from graphsignal_mw.stats import Column, WindowStats

from .streams import DAY, HOUR, START, detect, make_history, set_to, summary

CITY = ("features", "city")
SPEED = ("features", "speed")
SHIFTED = set_to(speed=lambda x, _: x + 20)
LAST_DAY = range(13 * 24, 14 * 24)


@pytest.fixture(scope="module")
def history():
    return make_history(rows=100, change=SHIFTED, during=LAST_DAY)


class Kept:
    """Sketches of windows that are there, by how old they are: windows since ``finest``, whole days before."""

    def __init__(self, history, finest, *, coarse=DAY):
        self.history, self.finest, self.coarse, self.asked = history, finest, coarse, []

    def __call__(self, stream, name, start, end):
        self.asked.append((stream, name, start, end))
        whole = {}
        for bucket, stats in self.history:
            width = HOUR if bucket >= self.finest else self.coarse
            begin = bucket - bucket % width
            if begin < end and begin + width > start:
                whole.setdefault((begin, begin + width), Column(2048)).merge(getattr(stats, stream).columns[name])
        return [Sketch(begin, stop, column) for (begin, stop), column in sorted(whole.items())]


def bare(history):
    """Return windows as a store has them when it reads no sketches."""
    return [(bucket, _bare(stats)) for bucket, stats in history]


def _bare(stats):
    found = WindowStats()
    found.counters, found.performance, found.exceptions = stats.counters, stats.performance, stats.exceptions
    for stream in ("features", "predictions"):
        profile, whole = getattr(found, stream), getattr(stats, stream)
        profile.rows = whole.rows
        for name, column in whole.columns.items():
            profile.columns[name] = scalars = Column()
            for each in ("count", "missing", "zeros", "empties", "types"):
                setattr(scalars, each, getattr(column, each))
            scalars.values.moments, scalars.values.n = column.moments, column.moments.n
    return found


def again(memory):
    """Return what was kept of a memory, and comes back from bytes."""
    return Memory.of(*memory.news())


def test_what_was_counted_while_sketches_were_there_gives_the_same_issues_without_them(history):
    expected, memory = detect(history), Memory()
    assert detect(history, memory=memory) == expected
    kept = Kept(history, START)
    assert detect(bare(history), memory=again(memory), sketches=kept) == expected
    # Only to explain what was found; nothing is counted again.
    assert {(stream, name) for stream, name, _, _ in kept.asked} == {SPEED}


def test_windows_are_counted_once(history):
    memory = Memory()
    detect(history, memory=memory)
    edges, counts = memory.news()
    assert (len(edges), len(counts)) == (6, len(history))
    later = again(memory)
    detect(history, memory=later)
    assert later.news() == ({}, {})


def test_one_more_window_is_counted_alone(history):
    memory = Memory()
    detect(history[:-1], memory=memory)
    later = again(memory)
    detect(history, memory=later)
    edges, counts = later.news()
    assert (list(edges), list(counts)) == ([], [history[-1][0]])


def test_a_window_that_has_more_rows_now_is_counted_again(history):
    memory = Memory()
    detect(history, memory=memory)
    later, (bucket, stats) = again(memory), history[30]
    more = WindowStats()
    more.merge(stats)
    more.features.update({"speed": [50.0]})
    detect([*history[:30], (bucket, more), *history[31:]], memory=later)
    assert list(later.news()[1]) == [bucket]


def test_without_counts_old_windows_are_taken_to_be_as_the_time_around_them(history):
    """As after an upgrade, or for what came weeks late: sketches of longer times are all that is left."""
    kept = Kept(history, START + 10 * DAY, coarse=2 * HOUR)
    found = detect(bare(history), sketches=kept, memory=(memory := Memory()))
    assert summary(found) == summary(detect(history))
    for bucket in (START, START + HOUR):
        of_window = memory.counts[bucket][SPEED].counts
        assert sum(of_window) == pytest.approx(100, abs=1)
    assert memory.counts[START][SPEED].counts == memory.counts[START + HOUR][SPEED].counts


def test_bins_stay_as_they_are_while_they_fit(history):
    memory = Memory()
    detect(history, memory=memory)
    later = make_history(days=16, rows=100, change=SHIFTED, during=LAST_DAY)
    follows = again(memory)
    detect(later, memory=follows)
    assert list(follows.news()[0]) == []
    assert follows.edges[SPEED].reference.identity == memory.edges[SPEED].reference.identity


@pytest.mark.parametrize(
    ("key", "change"),
    [(SPEED, set_to(speed=lambda x, _: 3 * x)), (CITY, set_to(city=lambda x, _: ["Kyiv"] * len(x)))],
)
def test_bins_are_made_anew_when_the_baseline_has_moved_away_from_them(key, change):
    before = make_history(days=14, rows=50)
    memory = Memory()
    detect(before, memory=memory)
    later = again(memory)
    moved = make_history(days=25, rows=50, change=change, during=range(14 * 24, 25 * 24))
    detect(moved, memory=later)
    assert key in later.news()[0]
    assert later.edges[key].reference.identity != memory.edges[key].reference.identity
    assert all(counts[key].identity == later.edges[key].reference.identity for counts in later.counts.values())


def test_bins_of_little_are_made_anew_when_there_is_twice_as_much(history):
    memory = Memory()
    detect(history[: 2 * 24], memory=memory)
    few = memory.edges[SPEED].rows
    later = again(memory)
    detect(history, memory=later)
    assert later.edges[SPEED].rows >= 2 * few
    assert later.edges[SPEED].reference.identity != memory.edges[SPEED].reference.identity


def test_counts_in_other_bins_keep_what_tells_windows_of_a_day_apart(history):
    """When bins are made anew, and of old windows only counts in the former ones and the sketch of the day are left."""
    memory = Memory()
    detect(history[: 4 * 24], memory=memory)
    later = again(memory)
    detect(bare(history), memory=later, sketches=Kept(history, START + 10 * DAY))
    reference = later.edges[SPEED].reference
    assert reference.identity != memory.edges[SPEED].reference.identity
    errors = []
    for bucket, stats in history[: 4 * 24]:
        exact = reference.counts(stats.features.columns["speed"])
        found = np.array(later.counts[bucket][SPEED].counts)
        assert found.sum() == exact.sum()
        errors.append(np.abs(np.cumsum(found - exact)).max() / exact.sum())
    assert np.mean(errors) < 0.06  # of a share; as the day around it would be 0.2
