import numpy as np
import pytest

from graphsignal_mw.dashboard.histogram import histogram
from graphsignal_mw.stats import Column


def column(values):
    made = Column()
    made.update(values)
    return made


def test_shares_of_all_bars_are_all_values():
    rng = np.random.default_rng(1)
    made = histogram(column(rng.normal(0, 1, 3000)), column(rng.normal(3, 1, 3000)))
    assert sum(bar.now for bar in made.bars) == pytest.approx(1)
    assert sum(bar.before for bar in made.bars) == pytest.approx(1)
    assert max(max(bar.now_height, bar.before_height) for bar in made.bars) == made.height


def test_few_whole_numbers_get_a_bin_each():
    made = histogram(column([1, 2, 2, 3] * 25), None)
    assert [bar.label for bar in made.bars] == ["1", "2", "3"]
    assert [bar.now for bar in made.bars] == pytest.approx([0.25, 0.5, 0.25])
    assert made.bars[0].before is None


@pytest.mark.parametrize("value", [0.0, 5.5, -1e300, 1e307, 1e-300])
def test_a_constant_has_a_histogram(value):
    made = histogram(column([value] * 10), None)
    assert sum(bar.now for bar in made.bars) == pytest.approx(1)


@pytest.mark.parametrize("ends", [(-1e307, 1e307), (0.0, 5e-324), (1.0, 1.0000000000000002)])
def test_the_ends_of_floating_point_have_one_too(ends):
    made = histogram(column(list(ends) * 10), None)
    assert sum(bar.now for bar in made.bars) == pytest.approx(1)


def test_no_numbers_no_histogram():
    assert histogram(column(["a"]), column([1.0])) is None
