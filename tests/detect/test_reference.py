import numpy as np
import pytest

from graphsignal_mw.detect.pooled import Pooled
from graphsignal_mw.detect.reference import NEW, OTHER, CategoricalReference, NumericReference, rank_scores
from graphsignal_mw.stats import Column, Quantiles


def sketch(values):
    found = Quantiles()
    found.update(np.asarray(values, dtype=float))
    return found


def column(values):
    found = Column()
    found.update(values)
    return found


def test_pooled_sketches_are_as_exact_as_their_parts():
    rng = np.random.default_rng(3)
    parts = [rng.normal(i % 5, 1, 200) for i in range(50)]
    everything = np.concatenate(parts)
    pooled = Pooled.of([sketch(part) for part in parts])
    edges = np.linspace(-2, 6, 9)
    exact = (everything[:, None] <= edges).mean(axis=0)
    assert pooled.n == len(everything)
    np.testing.assert_allclose(pooled.cdf(edges), exact, atol=0.01)
    np.testing.assert_allclose(pooled.cdf(pooled.quantiles([0.1, 0.5, 0.9])), [0.1, 0.5, 0.9], atol=0.01)


def test_pooling_does_not_depend_on_chance():
    rng = np.random.default_rng(4)
    sketches = [sketch(rng.normal(size=1000)) for _ in range(30)]
    first, second = Pooled.of(sketches), Pooled.of(sketches)
    np.testing.assert_array_equal(first.values, second.values)
    assert NumericReference.of(first).identity == NumericReference.of(second).identity


def test_an_empty_pool_is_empty():
    empty = Pooled.of([Quantiles()])
    assert empty.n == 0
    assert np.isnan(empty.quantiles([0.5])).all()
    assert (empty.cdf([0.0, 1.0]) == 0).all()


def test_bins_hold_the_shares_of_the_baseline():
    values = np.random.default_rng(1).normal(size=20_000)
    reference = NumericReference.of(Pooled.of([sketch(values)]))
    assert len(reference.labels) == len(reference.shares) == 12
    assert reference.shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(reference.shares[1:-1], [0.095, *[0.1] * 8, 0.095], atol=0.02)
    assert reference.counts(column(values[:150])).sum() == 150


def test_a_constant_has_a_bin_of_its_own_between_less_and_more():
    reference = NumericReference.of(Pooled.of([sketch([7.0] * 50)]))
    assert reference.shares.tolist() == [0, 1, 0]
    assert reference.counts(column([6.9, 7.0, 7.0, 7.1])).tolist() == [1, 2, 1]


def test_shares_of_a_constant_over_many_windows_are_never_negative():
    """Sums of many weights miss 1 by a rounding error, on either side."""
    for sizes in np.random.default_rng(3).integers(100, 400, (10, 200)):
        reference = NumericReference.of(Pooled.of([sketch([1.5] * size) for size in sizes]))
        assert reference.shares.tolist() == [0, pytest.approx(1), 0]
        assert rank_scores(reference.shares).shape[1] == 3


def test_scores_are_orthonormal_under_the_baseline():
    shares = np.array([0.3, 0.1, 0.25, 0.35])
    scores = rank_scores(shares)
    np.testing.assert_allclose(scores @ np.diag(shares) @ scores.T, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(scores @ shares, 0, atol=1e-9)
    assert (np.diff(scores[0]) > 0).all()


def test_categories_are_the_commonest_others_and_new_ones():
    counts = {f"v{i}": 100 - i for i in range(10)}
    reference = CategoricalReference.of(counts, sum(counts.values()))
    assert reference.labels == (*(f"v{i}" for i in range(8)), OTHER, NEW)
    assert reference.counts(column(["v0", "v0", "v8", "new", "newer"])).tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 1, 2]


@pytest.mark.parametrize(("unnamed", "others"), [(2, 0), (64, 0), (65, 1), (500, 436)])
def test_values_without_a_name_are_never_new_and_only_many_are_others(unnamed, others):
    """A process that has just started does not name what it has seen only a few times: no reason to call it drift."""
    reference = CategoricalReference.of({"a": 90, "b": 10}, 100)
    private = column(["a"] * 6 + ["b"] * unnamed)
    del private.frequent.counts["b"]
    assert reference.counts(private).tolist() == [6, 0, others, 0]


def test_known_values_beyond_the_commonest_are_others():
    reference = CategoricalReference.of({f"v{i}": 100 - i for i in range(10)}, 955)
    assert reference.counts(column(["v0", "v8", "v9", "v9"])).tolist() == [1, *[0] * 7, 3, 0]


def test_a_window_that_names_nothing_tells_nothing():
    reference = CategoricalReference.of({"a": 90, "b": 10}, 100)
    private = column(["a"] * 6)
    private.frequent.counts.clear()
    assert reference.counts(private).sum() == 0
