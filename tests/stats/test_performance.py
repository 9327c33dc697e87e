import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats import Performance, infer_kind

from .strategies import thorough

labels = st.lists(
    st.one_of(
        st.tuples(st.booleans(), st.booleans()),
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc")),
        st.tuples(st.integers(-9, 9), st.integers(-9, 9)),
    ),
    max_size=40,
)


def performance(pairs):
    found = Performance()
    for label, prediction in pairs:
        found.update([label], [prediction])
    return found


def counts(found):
    numeric = found.numeric
    return (
        (found.binary.tp, found.binary.fp, found.binary.tn, found.binary.fn),
        found.categorical.confusion,
        (numeric.n, numeric.abs_sum, numeric.fourth_sum, numeric.relative_n),
        found.accuracy_counts(),
    )


@thorough
@given(labels, st.integers(0, 40))
def test_any_split_and_order_counts_the_same(pairs, cut):
    one, other = performance(pairs[:cut]), performance(pairs[cut:])
    other.merge(one)
    whole = performance(pairs)
    assert counts(other) == counts(whole)
    assert other.n == len(pairs)
    assert other.error_sums() == pytest.approx(whole.error_sums(), rel=1e-9, abs=1e-9)


def test_the_commonest_kind_is_shown():
    found = performance([(True, True), ("a", "b"), ("b", "b"), (1.0, 2.0)])
    assert (found.kind, found.metrics()["kind"], found.metrics()["n"]) == ("categorical", "categorical", 2)


@pytest.mark.parametrize(
    ("label", "kind"),
    [(True, "binary"), (np.True_, "binary"), ("a", "categorical"), (np.str_("a"), "categorical"), (1, "numeric"),
     (np.int8(1), "numeric"), (1.5, "numeric"), (np.float32(1), "numeric")],
)  # fmt: skip
def test_the_kind_follows_from_the_label(label, kind):
    assert infer_kind(label) == kind


def test_a_label_of_no_kind_is_refused_by_name():
    with pytest.raises(TypeError, match=r"label: None is a NoneType; expected bool, str, int or float"):
        infer_kind(None)


@pytest.mark.parametrize(
    ("given", "predicted", "scores", "kind"),
    [
        ([True, False], [True], None, None),
        (["a"], ["a", "b"], None, None),
        ([1.0, 2.0, 3.0], [1.0], None, None),
        ([True], [True], [0.5, 0.5], None),
        ([True, False], [True, "no"], None, None),
        (["yes"], ["no"], None, "binary"),
        ([True], [0.7], None, None),
        ([float("nan")], [1], None, "binary"),
        ([True, False], [True, False], [0.5, "high"], None),
        ([1.0], ["x"], None, None),
    ],
)
def test_what_does_not_fit_is_refused_whole(given, predicted, scores, kind):
    found = performance([(True, False)])
    before = counts(found)
    with pytest.raises(ValueError, match=r"expected|could not convert"):
        found.update(given, predicted, scores, kind)
    assert counts(found) == before
    assert not found.binary.scores.any()


def test_two_empties_are_an_empty():
    found = Performance()
    found.merge(Performance())
    found.update([], [])
    assert found.n == 0
    assert found.accuracy_counts() == (0, 0)
    for kind in (found.binary, found.categorical, found.numeric):
        assert all(not value for value in kind.metrics().values())
