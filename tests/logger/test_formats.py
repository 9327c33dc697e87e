"""The same thousand rows in every format, logged and uploaded, give the same profile; one odd value costs itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

N = 1000
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
RNG = np.random.default_rng(17)
HOLE = RNG.random(N) < 0.2


def holed(values):
    return [None if hole else value for hole, value in zip(HOLE, values, strict=True)]


COLUMNS = {
    "whole": RNG.integers(-5, 50, N).tolist(),
    "real": (RNG.normal(100, 15, N).round(3)).tolist(),
    "flag": (RNG.random(N) < 0.3).tolist(),
    "name": RNG.choice(["a", "b", "ü", "", "dd"], N, p=[0.5, 0.2, 0.15, 0.1, 0.05]).tolist(),
    "when": [BEGIN + timedelta(minutes=int(m)) for m in RNG.integers(0, 10_000, N)],
    "took": [timedelta(seconds=int(s)) for s in RNG.integers(0, 100, N)],
}
DATA = COLUMNS | {f"{name}_or_none": holed(values) for name, values in COLUMNS.items()}
ROWS = [dict(zip(DATA, row, strict=True)) for row in zip(*DATA.values(), strict=True)]
NAIVE = [{k: v.replace(tzinfo=None) if isinstance(v, datetime) else v for k, v in row.items()} for row in ROWS]
DTYPES = {"whole": "i8", "real": "f8", "flag": "?", "name": "U2", "when": "M8[s]", "took": "m8[s]"}
EMPTY = {"whole": 0, "real": 0.0, "flag": False, "name": "", "when": datetime(1970, 1, 1), "took": timedelta()}


def kind(name):
    return name.removesuffix("_or_none")


def masked():
    """A structured array whose holes are masked; what lies below the mask is nobody's business."""
    rows = [tuple(EMPTY[kind(k)] if v is None else v for k, v in row.items()) for row in NAIVE]
    mask = [tuple(v is None for v in row.values()) for row in NAIVE]
    return np.ma.array(rows, dtype=[(name, DTYPES[kind(name)]) for name in DATA], mask=mask)


def of_objects(data):
    array = np.empty(len(data), dtype=object)
    array[:] = data
    return array


ARROW = pa.table(DATA)
PANDAS = ARROW.to_pandas()
NAMES = ["name", "name_or_none"]
FORMATS = {
    "list of dicts": ROWS,
    "list of dicts, times without a zone": NAIVE,
    "dict of lists": DATA,
    "dict of object arrays": {name: of_objects(values) for name, values in DATA.items()},
    "masked structured array": masked(),
    "dict of masked arrays": {name: masked()[name] for name in DATA},
    "pandas": PANDAS,
    "pandas of objects": pd.DataFrame(DATA, dtype=object),
    "pandas nullable": PANDAS.convert_dtypes(),
    "pandas categories": PANDAS.astype(dict.fromkeys(NAMES, "category")),
    "pandas ordered categories": PANDAS.astype(
        dict.fromkeys(NAMES, pd.CategoricalDtype(["dd", "ü", "b", "a", ""], ordered=True))
    ),
    "pandas of pyarrow": PANDAS.convert_dtypes(dtype_backend="pyarrow"),
    "pandas of arrow types": ARROW.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.DataFrame(DATA),
    "polars categories": pl.DataFrame(DATA).with_columns(pl.col(*NAMES).cast(pl.Categorical)),
    "polars enums": pl.DataFrame(DATA).with_columns(pl.col(*NAMES).cast(pl.Enum(["a", "b", "ü", "", "dd"]))),
    "polars in chunks": pl.concat([pl.DataFrame(DATA)[:300], pl.DataFrame(DATA)[300:]], rechunk=False),
    "pyarrow": ARROW,
    "pyarrow batch": ARROW.combine_chunks().to_batches()[0],
    "pyarrow dictionaries": pa.table(
        {
            name: column.dictionary_encode() if name in NAMES else column
            for name, column in zip(DATA, ARROW, strict=True)
        }
    ),
    "pyarrow large strings": ARROW.cast(
        pa.schema([f.with_type(pa.large_string()) if f.name in NAMES else f for f in ARROW.schema])
    ),
    "pyarrow chunks": pa.concat_tables([ARROW.slice(0, 10), ARROW.slice(10, 0), ARROW.slice(10)]),
}


def exactly(profile):
    """What decides: counts, moments, distinct and frequent values. Quantiles are random within their rank error."""
    return {name: of_column(column) for name, column in profile.columns.items()}


def of_column(column):
    moments, lengths = column.moments, column.lengths
    return {
        "counts": (column.count, column.missing, column.zeros, column.empties),
        "types": {kind: n for kind, n in column.types.items() if n},
        "moments": pytest.approx([moments.n, moments.mean, moments.m2], rel=1e-9),
        "extremes": (moments.minimum, moments.maximum),
        "frequent": dict(column.frequent.counts),
        "lengths": pytest.approx([lengths.n, lengths.mean], rel=1e-9),
        "distinct": column.distinct.estimate(),
        "quantiles": column.quantiles.n,
    }


def comparable(found):
    """The same with plain numbers, to be compared with what is approximate."""
    plain = ("moments", "lengths")
    return {
        name: {k: v.expected if k in plain else v for k, v in column.items()} for name, column in exactly(found).items()
    }


def expected():
    """By hand, not by our own code: from the standard library's view of the data."""
    for name, values in DATA.items():
        there = [v for v in values if v is not None]
        numbers = [
            v.timestamp() if isinstance(v, datetime) else v.total_seconds() if isinstance(v, timedelta) else float(v)
            for v in there
            if not isinstance(v, (bool, str))
        ]
        texts = [str(v).lower() if isinstance(v, bool) else v for v in there if isinstance(v, (bool, str))]
        yield (
            name,
            {
                "counts": (N, N - len(there), numbers.count(0), texts.count("")),
                "moments": (len(numbers), pytest.approx(np.mean(numbers) if numbers else 0)),
                "frequent": {text: texts.count(text) for text in set(texts) - {""}},
            },
        )


@pytest.fixture(scope="module")
def reference():
    return {}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_profile(shared, name, reference):
    here = shared(name)
    here.session.log_prediction_batch(FORMATS[name], [True] * N)
    found = here.stats().features
    reference.setdefault("first", exactly(found))
    assert comparable(found) == reference["first"]
    for column_name, column in expected():
        got = found.columns[column_name]
        assert (got.count, got.missing, got.zeros, got.empties) == column["counts"]
        assert (got.moments.n, got.moments.mean) == column["moments"]
        assert got.frequent.counts == column["frequent"]


def test_row_by_row_is_the_same(shared):
    here = shared("row by row")
    for row in ROWS:
        here.session.log_prediction(row, True)
    row_by_row = comparable(here.stats().features)
    batch = shared("a batch")
    batch.session.log_prediction_batch(ROWS, [True] * N)
    assert row_by_row == exactly(batch.stats().features)


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "u1", "u2", "u8", "f2", "f4", "f8", "g"])
def test_numbers_of_every_width_are_the_same_numbers(shared, dtype):
    here = shared(f"numbers of {dtype}")
    values = np.array([1, 2, 3, 3, 100], dtype=dtype)
    for data in ({"x": values}, {"x": pa.array(values.astype("f8"))}, {"x": pd.Series(values.tolist())}):
        here.session.log_prediction_batch(data)
    column = here.stats().features.columns["x"]
    assert (column.count, column.missing) == (15, 0)
    assert (column.moments.mean, column.moments.minimum, column.moments.maximum) == (pytest.approx(21.8), 1, 100)


@pytest.mark.parametrize(
    "values",
    [
        [Decimal("1.5"), Decimal("2.5"), None],
        pa.array([Decimal("1.5"), Decimal("2.5"), None]),
        pd.Series([1.5, 2.5, None], dtype="Float64"),
        pd.Series(pd.array([Decimal("1.5"), Decimal("2.5"), None], dtype=pd.ArrowDtype(pa.decimal128(5, 1)))),
        pl.Series([Decimal("1.5"), Decimal("2.5"), None]),
    ],
    ids=lambda values: type(values).__module__,
)
def test_decimals_are_numbers(shared, values, request):
    here = shared(request.node.name)
    here.session.log_prediction_batch({"x": values})
    column = here.stats().features.columns["x"]
    assert (column.moments.mean, column.missing) == (2.0, 1)


@pytest.mark.parametrize(
    "values",
    [
        [date(2024, 1, 1), None],
        pa.array([date(2024, 1, 1), None]),
        pl.Series([date(2024, 1, 1), None]),
        np.array(["2024-01-01", "NaT"], dtype="M8[D]"),
        pd.Series([date(2024, 1, 1), None]),
        pd.PeriodIndex(["2024-01-01", "NaT"], freq="D").to_timestamp(),
    ],
    ids=lambda values: type(values).__module__,
)
def test_days_are_seconds_since_1970(shared, values, request):
    here = shared(request.node.name)
    here.session.log_prediction_batch({"x": values})
    column = here.stats().features.columns["x"]
    assert (column.moments.mean, column.missing) == (BEGIN.timestamp(), 1)
