import numpy as np
import pytest

from graphsignal_mw.stats import Column
from graphsignal_mw.stats.outline import FIELDS, POINTS, Outline

SHARES = np.linspace(0, 1, POINTS)


def column(values):
    made = Column()
    made.update(values)
    return made


def numbers(rng, *means, n=1000):
    return [column(rng.normal(mean, 1, n)) for mean in means]


def test_an_empty_outline_has_no_rows():
    assert len(Outline.of([])) == len(Outline.joined([])) == 0


def test_points_are_the_quantiles_of_the_sketch():
    of = numbers(np.random.default_rng(1), 0)[0]
    outline = Outline.of([of])
    np.testing.assert_array_equal(outline.values[0], of.quantiles.quantiles(SHARES))
    np.testing.assert_allclose(outline.cdf(outline.values[0])[0], of.quantiles.cdf(outline.values[0]))


def test_shares_between_points_are_near_to_those_of_the_sketch():
    of = column(np.random.default_rng(2).lognormal(0, 1, 5000))
    edges = np.quantile(np.random.default_rng(3).lognormal(0, 1, 5000), np.linspace(0.06, 0.94, 50))
    np.testing.assert_allclose(Outline.of([of]).cdf(edges)[0], of.quantiles.cdf(edges), atol=0.01)


def test_the_share_of_a_value_that_comes_often_is_exact():
    outline = Outline.of([column([0.0] * 83 + [1.0] * 17)])
    np.testing.assert_allclose(outline.cdf(np.array([-1.0, 0.0, 1.0, 2.0])), [[0, 0.83, 1, 1]])


def test_without_numbers_shares_are_zero():
    outline = Outline.of([column(["a", None])])
    assert outline.cdf(np.array([0.0])).tolist() == [[0.0]]
    assert outline.quantile(0.5) is None


def test_the_ends_of_the_range_of_doubles():
    outline = Outline.of([column([-1.7e308, 1.7e308]), column([1.7e308])])
    assert 0.5 <= outline.cdf(np.array([0.0]))[0, 0] < 1
    assert np.isfinite(outline.pooled().numbers).all()


def test_rows_pooled_are_the_merged_column():
    columns = [*numbers(np.random.default_rng(4), 0, 1, 5), column(["a", "b", "a", None, True]), column([0, ""])]
    whole = Column(2048)
    for each in columns:
        whole.merge(each)
    pooled, merged = Outline.of(columns).pooled(), Outline.of([whole])
    assert len(pooled) == 1
    for name in set(FIELDS) - {"distinct"}:
        assert pooled.field(name)[0] == pytest.approx(merged.field(name)[0]), name
    assert pooled.frequent == merged.frequent
    np.testing.assert_allclose(whole.quantiles.cdf(pooled.values[0]), SHARES, atol=0.02)


@pytest.mark.parametrize("rows", [2, 3, 40])
def test_values_that_come_often_stay_what_they_are_when_pooled(rows):
    pooled = Outline.of([column([0.0] * 83 + [1.0] * 17), *[column([1.0, 7.0] * 50)] * (rows - 1)]).pooled()
    share = 83 / (100 * rows)
    assert set(pooled.values[0]) == {0.0, 1.0, 7.0}
    assert pooled.cdf(np.array([0.0]))[0, 0] == pytest.approx(share)
    assert pooled.quantile(0.5) == 1.0


def test_a_row_counts_as_much_as_it_has_values():
    few, many = numbers(np.random.default_rng(5), 0, n=10), numbers(np.random.default_rng(6), 100, n=990)
    assert Outline.of([*few, *many]).pooled().quantile(0.5) == pytest.approx(100, abs=0.2)


def test_distinct_is_that_of_the_row_with_most():
    outline = Outline.of([column(["a", "b"]), column(["c"])]).pooled()
    assert outline.field("distinct")[0] == pytest.approx(2, abs=0.1)


def test_rows_are_taken_joined_and_put():
    outline = Outline.of([column([1.0]), column(["a"]), column([3.0])])
    some = Outline.joined([outline.take([2]), outline.take([0])])
    assert (some.quantile(0.5), some.take([1]).quantile(0.5)) == (3.0, 1.0)
    some.put([0], outline.take([1]))
    assert (some.frequent[0], some.quantile(0.5)) == ({"a": 1}, None)


def test_a_column_of_some_windows_gets_the_counts_of_all():
    columns = [column([0.0, 2.0, None]), column([4.0, "", "x"])]
    whole, part = Column(), column([2.0])
    for each in columns:
        whole.merge(each)
    done = Outline.of(columns).complete(part)
    assert (done.count, done.missing, done.zeros, done.empties, done.types) == (6, 1, 1, 1, whole.types)
    assert (done.moments.n, done.moments.mean, done.moments.std) == (3, 2.0, pytest.approx(whole.moments.std))
    assert (done.moments.minimum, done.moments.maximum, done.quantiles.n) == (0.0, 4.0, 1)
