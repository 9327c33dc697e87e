from graphsignal_mw.detect.grid import Grid
from graphsignal_mw.detect.scales import scales_of

from .streams import DAY, HOUR, START


def test_a_grid_has_whole_days_in_utc():
    grid = Grid.of(START + 5 * HOUR, START + 2 * DAY + HOUR, HOUR)
    assert (grid.start, grid.days, grid.per_day, grid.size) == (START, 3, 24, 72)
    assert grid.index(START + 5 * HOUR + 59) == 5
    assert grid.moment(grid.index(START + DAY)) == START + DAY
    assert grid.steps_of(1) == slice(24, 48)


def test_steps_are_never_finer_than_five_minutes():
    assert Grid.of(START, START, 60).step == 300


def test_weekends_are_saturdays_and_sundays():
    grid = Grid.of(START, START + 6 * DAY, HOUR)  # from a Monday on
    assert [grid.is_weekend(day) for day in range(7)] == [False] * 5 + [True] * 2


def test_scales_fit_the_windows():
    assert [(s.length, s.every) for s in scales_of(300)] == [(1, 1), (12, 3), (72, 12), (288, 72)]
    assert [(s.length, s.every) for s in scales_of(3600)] == [(1, 1), (6, 1), (24, 6)]
