"""What property tests draw from, and how hard they try."""

from itertools import pairwise

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

# Derandomised, so that a run says what the run before said; without deadline, because machines differ.
thorough = settings(max_examples=60, deadline=None, database=None, derandomize=True)

numbers = st.floats(min_value=-1e6, max_value=1e6, allow_subnormal=False)
any_finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=8)


@st.composite
def splits(draw, elements=numbers, max_size=60):
    """Values, and the same values cut into parts in another order of the parts."""
    values = draw(st.lists(elements, max_size=max_size))
    cuts = sorted(draw(st.lists(st.integers(0, len(values)), max_size=4)))
    edges = [0, *cuts, len(values)]
    parts = [values[start:end] for start, end in pairwise(edges)]
    return values, draw(st.permutations(parts))


def merged(make, parts):
    """One statistic of ``parts``, merged from left to right, and one merged from right to left as a tree."""
    singles = []
    for part in parts:
        statistic = make()
        statistic.update(part)
        singles.append(statistic)
    line = make()
    for statistic in singles:
        line.merge(statistic)
    tree = make()
    while len(singles) > 1:
        last = singles.pop()
        singles[-1].merge(last)
    tree.merge(singles[0])
    return line, tree


def array(values):
    return np.array(values, dtype=np.float64)
