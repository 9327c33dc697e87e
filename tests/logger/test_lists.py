"""Embeddings and texts in every format, logged and uploaded, give exactly the same facets."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS

N, SIZE = 300, 24
RNG = np.random.default_rng(11)
MATRIX = RNG.normal(size=(N, SIZE)).astype("f4").astype("f8")
HOLED = np.where(RNG.random((N, SIZE)) < 0.1, np.nan, MATRIX)
LISTS = MATRIX.tolist()
NULLS = [[None if np.isnan(x) else x for x in row] for row in HOLED.tolist()]
CUBE = MATRIX.reshape(N, 4, 6)
TEXTS = [" ".join(RNG.choice(["Ab", "c4", "ü!", "日本"], RNG.integers(3, 40))) for _ in range(N)]


def frame(values, kind=None):
    return pa.table({"x": pa.array(values, kind)})


FLOATS, FIXED = pa.list_(pa.float64()), pa.list_(pa.float64(), SIZE)
FORMATS = {
    "embeddings": {
        "lists": {"x": LISTS},
        "tuples": {"x": list(map(tuple, LISTS))},
        "rows": [{"x": row} for row in LISTS],
        "numpy": {"x": MATRIX},
        "numpy transposed": {"x": np.asfortranarray(MATRIX)},
        "numpy of single precision": {"x": MATRIX.astype("f4")},
        "structured": np.array([(row,) for row in MATRIX], dtype=[("x", "f8", SIZE)]),
        "pandas of arrays": pd.DataFrame({"x": list(MATRIX)}),
        "pandas of lists": pd.DataFrame({"x": LISTS}),
        "pandas of arrow": pd.DataFrame({"x": pd.Series(pd.arrays.ArrowExtensionArray(pa.array(LISTS)))}),
        "polars": pl.DataFrame({"x": LISTS}),
        "polars arrays": pl.DataFrame({"x": pl.Series(LISTS, dtype=pl.Array(pl.Float64, SIZE))}),
        "polars of single precision": pl.DataFrame({"x": pl.Series(LISTS, dtype=pl.List(pl.Float32))}),
        "arrow": frame(LISTS),
        "arrow of fixed size": frame(LISTS, FIXED),
        "arrow large lists": frame(LISTS, pa.large_list(pa.float32())),
    },
    "holed": {
        "lists": {"x": HOLED.tolist()},
        "nulls": {"x": NULLS},
        "numpy": {"x": HOLED},
        "masked": {"x": np.ma.masked_invalid(HOLED)},
        "pandas": pd.DataFrame({"x": list(HOLED)}),
        "polars": pl.DataFrame({"x": NULLS}),
        "arrow": frame(NULLS, FIXED),
    },
    "nested": {
        "lists": {"x": CUBE.tolist()},
        "numpy": {"x": CUBE},
        "pandas": pd.DataFrame({"x": list(CUBE)}),
        "polars": pl.DataFrame({"x": CUBE.tolist()}),
        "arrow": frame(CUBE.tolist(), pa.list_(FLOATS)),
    },
    "texts": {
        "lists": {"x": TEXTS},
        "rows": [{"x": text} for text in TEXTS],
        "numpy": {"x": np.array(TEXTS)},
        "objects": {"x": np.array(TEXTS, object)},
        "pandas": pd.DataFrame({"x": TEXTS}),
        "polars": pl.DataFrame({"x": TEXTS}),
        "arrow": frame(TEXTS),
    },
}


def exactly(column):
    moments = column.moments
    numbers = (moments.n, moments.mean, moments.m2, moments.minimum, moments.maximum)
    return column.count, column.missing, dict(column.types), numbers, column.distinct.estimate()


@pytest.fixture(scope="module")
def reference():
    return {}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, formats in FORMATS.items() for name in formats])
def test_every_format_gives_the_same_facets(shared, reference, kind, name):
    here = shared(f"{kind} {name}")
    here.session.log_prediction_batch(FORMATS[kind][name])
    columns = here.stats().features.columns
    found = {name: exactly(column) for name, column in columns.items() if name.startswith("x::")}
    assert list(found) == [f"x::{facet}" for facet in (TEXT_FACETS if kind == "texts" else LIST_FACETS)]
    assert {count for count, *_ in found.values()} == {N}
    assert found == reference.setdefault(kind, found)


@pytest.mark.parametrize("kind", ["embeddings", "texts"])
def test_one_by_one_they_are_the_same(shared, reference, kind):
    here = shared(f"{kind} one by one")
    for row in FORMATS[kind]["rows"]:
        here.session.log_prediction(row)
    columns = here.stats().features.columns
    for name, (count, missing, types, numbers, distinct) in reference[kind].items():
        got = exactly(columns[name])
        assert got[:3] == (count, missing, types)
        assert got[3][:3] == pytest.approx(numbers[:3])
        assert got[4] == pytest.approx(distinct, rel=0.05)  # rounded by the spread that was known then
