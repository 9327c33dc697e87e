"""The same data in every format gives the same profile."""

from array import array
from collections import deque
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from graphsignal_mw.logger.tables import to_table
from graphsignal_mw.stats import Profile
from graphsignal_mw.stats.facets import is_facet
from graphsignal_mw.window.rows import as_columns

DATA = {"i": [1, 0, 3, -4], "f": [0.5, 1.25, 2.0, 0.0], "s": ["a", "b", "a", ""], "b": [True, False, True, True]}
HOLES = {
    "i": [1, None, 3, 3],
    "f": [0.5, None, float("nan"), 2.0],
    "s": ["a", None, "a", "c"],
    "b": [True, None, False, True],
}
ROWS = [dict(zip(DATA, row, strict=True)) for row in zip(*DATA.values(), strict=True)]
DTYPE = [("i", "i8"), ("f", "f8"), ("s", "U5"), ("b", "?")]


class Streamed:
    """Speaks the Arrow stream interface, and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Interchanged:
    """Speaks the dataframe interchange protocol, and nothing else."""

    def __init__(self, table):
        self.table = table

    def __dataframe__(self, nan_as_null=False, allow_copy=True):
        return self.table.__dataframe__(nan_as_null, allow_copy)


def profile(data, names=None, single="feature"):
    columns, rows = to_table("features", data, names, single)
    made = Profile()
    made.update(as_columns(columns), rows)
    return {name: summary(column) for name, column in made.columns.items()}


def summary(column):
    moments, lengths = column.moments, column.lengths
    return (
        (column.count, column.missing, column.zeros, column.empties, column.types),
        (moments.n, moments.mean, moments.m2, moments.minimum, moments.maximum),
        dict(column.frequent.counts),
        (lengths.n, lengths.mean),
        round(column.distinct.estimate()),
    )


EXPECTED = profile(DATA)
FORMATS = {
    "list of dicts": ROWS,
    "tuple of dicts": tuple(ROWS),
    "dict of tuples": {name: tuple(values) for name, values in DATA.items()},
    "dict of arrays": {name: np.array(values) for name, values in DATA.items()},
    "dict of object arrays": {name: np.array(values, dtype=object) for name, values in DATA.items()},
    "dict of pandas series": {name: pd.Series(values, index=[9, 8, 7, 6]) for name, values in DATA.items()},
    "dict of pandas indexes": {name: pd.Index(values) for name, values in DATA.items()},
    "dict of polars series": {name: pl.Series(values) for name, values in DATA.items()},
    "dict of pyarrow arrays": {name: pa.array(values) for name, values in DATA.items()},
    "dict of pyarrow chunked arrays": {
        name: pa.chunked_array([values[:1], values[1:]]) for name, values in DATA.items()
    },
    "structured array": np.array([tuple(row.values()) for row in ROWS], dtype=DTYPE),
    "masked structured array": np.ma.array([tuple(row.values()) for row in ROWS], dtype=DTYPE),
    "record array": np.rec.array([tuple(row.values()) for row in ROWS], dtype=DTYPE),
    "pandas": pd.DataFrame(DATA, index=[3, 1, 1, 2]),
    "pandas nullable": pd.DataFrame(DATA).convert_dtypes(),
    "pandas of pyarrow": pd.DataFrame(DATA).convert_dtypes(dtype_backend="pyarrow"),
    "pandas categories": pd.DataFrame(DATA).astype({"s": "category"}),
    "polars": pl.DataFrame(DATA),
    "polars categories": pl.DataFrame(DATA).with_columns(pl.col("s").cast(pl.Categorical)),
    "pyarrow table": pa.table(DATA),
    "pyarrow record batch": pa.RecordBatch.from_pydict(DATA),
    "pyarrow dictionary": pa.table({**DATA, "s": pa.array(DATA["s"]).dictionary_encode()}),
    "arrow stream": Streamed(pl.DataFrame(DATA)),
    "interchange": Interchanged(pa.table(DATA)),
}
NAMED = {
    "list of lists": [list(row.values()) for row in ROWS],
    "list of tuples": [tuple(row.values()) for row in ROWS],
    "list of object arrays": [np.array(list(row.values()), dtype=object) for row in ROWS],
    "2-d object array": np.array([list(row.values()) for row in ROWS], dtype=object),
}


@pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS)
def test_every_table_gives_the_same_profile(data):
    assert profile(data) == EXPECTED


@pytest.mark.parametrize("data", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("names", [list(DATA), np.array(list(DATA)), pd.Index(list(DATA)), tuple(DATA)], ids=type)
def test_rows_without_names_are_named_by_feature_names(data, names):
    assert profile(data, names) == EXPECTED


@pytest.mark.parametrize(
    "data",
    [
        [{name: values[row] for name, values in HOLES.items()} for row in range(4)],
        {name: np.array(values, dtype=object) for name, values in HOLES.items()},
        pd.DataFrame(HOLES),
        pd.DataFrame(HOLES, dtype=object),
        pd.DataFrame(HOLES).convert_dtypes(),
        pl.DataFrame(HOLES),
        pa.table(HOLES),
        Streamed(pl.DataFrame(HOLES)),
        np.ma.array([(1, 0.5, "a", True), (0, 0, "", 0), (3, 0, "a", False), (3, 2.0, "c", True)], dtype=DTYPE,
                    mask=[(0, 0, 0, 0), (1, 1, 1, 1), (0, 1, 0, 0), (0, 0, 0, 0)]),
    ],
    ids=lambda data: type(data).__name__,
)  # fmt: skip
def test_what_is_null_or_nan_is_missing_in_every_format(data):
    assert profile(data) == profile(HOLES)
    assert {name: counts[0][1] for name, counts in profile(data).items()} == {"i": 1, "f": 2, "s": 1, "b": 1}


NUMBERS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


@pytest.mark.parametrize(
    "data",
    [
        NUMBERS,
        np.array(NUMBERS),
        np.array(NUMBERS, dtype=np.float16),
        np.array(NUMBERS, order="F"),
        np.array(NUMBERS, dtype=object),
        np.ma.array(NUMBERS),
        [np.array(row) for row in NUMBERS],
    ],
    ids=lambda data: type(data).__name__,
)
def test_matrices_name_their_columns_by_position(data):
    expected = profile({f"feature_{i}": [row[i] for row in NUMBERS] for i in range(3)})
    assert profile(data) == expected
    assert list(profile(data, single="prediction")) == ["prediction_0", "prediction_1", "prediction_2"]


def test_names_of_pandas_that_are_numbers_stay_apart():
    assert profile(pd.DataFrame(NUMBERS)) == profile({"0": [1.0, 4.0], "1": [2.0, 5.0], "2": [3.0, 6.0]})


@pytest.mark.parametrize(
    "data",
    [
        [1, 2, 3],
        (1, 2, 3),
        range(1, 4),
        deque([1, 2, 3]),
        array("i", [1, 2, 3]),
        np.array([1, 2, 3], dtype=np.uint8),
        np.ma.array([1, 2, 3]),
        np.array([1, 2, 3], dtype=object),
        pd.Series([1, 2, 3], name="other"),
        pd.Series([1, 2, 3], dtype="Int64"),
        pd.Index([1, 2, 3]),
        pd.array([1, 2, 3]),
        pl.Series("other", [1, 2, 3]),
        pa.array([1, 2, 3]),
        pa.chunked_array([[1], [2, 3]]),
    ],
    ids=lambda data: f"{type(data).__module__}.{type(data).__name__}",
)
def test_one_dimension_is_one_column(data):
    assert profile(data) == profile({"feature": [1, 2, 3]})
    assert profile(data, ["x"]) == profile({"x": [1, 2, 3]})


MOMENTS = [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, 12, tzinfo=UTC)]


@pytest.mark.parametrize(
    "column",
    [
        [moment.replace(tzinfo=None) for moment in MOMENTS],
        np.array([moment.replace(tzinfo=None) for moment in MOMENTS], dtype="M8[s]"),
        np.array([moment.replace(tzinfo=None) for moment in MOMENTS], dtype="M8[ns]"),
        pd.Series(MOMENTS),
        pd.Series(MOMENTS).dt.tz_convert("Asia/Tokyo"),
        pd.Series(MOMENTS).dt.tz_localize(None),
        pl.Series(MOMENTS),
        pl.Series(MOMENTS).dt.convert_time_zone("Asia/Tokyo"),
        pa.array(MOMENTS, pa.timestamp("ns", "UTC")),
    ],
)
def test_times_are_seconds_whatever_holds_them(column):
    assert profile({"t": column}) == profile({"t": MOMENTS})


NESTED = [{"a": 1, "b": {"c": "x"}}, None, {"a": 3, "b": {"c": "y"}}]
LISTS = [[1, 2], None, []]


@pytest.mark.parametrize(
    "data",
    [
        {"n": np.array(NESTED, dtype=object), "l": np.array([*LISTS, 0], dtype=object)[:3]},
        [{"n": n, "l": each} for n, each in zip(NESTED, LISTS, strict=True)],
        pd.DataFrame({"n": NESTED, "l": LISTS}),
        pl.DataFrame({"n": NESTED, "l": LISTS}),
        pa.table({"n": NESTED, "l": LISTS}),
    ],
    ids=lambda data: type(data).__module__,
)
def test_nested_columns_are_flattened_or_summarised_by_length(data):
    found = profile(data)
    assert found == profile({"n": NESTED, "l": LISTS})
    assert [name for name in found if not is_facet(name)] == ["n.a", "n.b.c", "l"]
    assert found["l"][3] == (2, 1.0)


def test_outputs_that_differ_in_number_or_are_many_are_summarised_by_length():
    assert not [name for name in profile([[1], [1, 2]], single="prediction") if not name.startswith("prediction")]
    for many in ([[0.1] * 60] * 3, np.full((3, 60), 0.1)):
        assert profile(many, single="prediction")["prediction"][3] == (3, 60.0)
    assert len(profile([[0.1] * 60] * 3)) == 60


@pytest.mark.parametrize("data", [[], (), {}, np.empty((0, 3)), np.empty(0), pd.DataFrame(), pl.DataFrame(), {"a": []}])
def test_nothing_is_no_rows(data):
    assert to_table("features", data, None, "feature")[1] == 0


@pytest.mark.parametrize(
    ("data", "names", "said"),
    [
        ({"a": [1, 2], "b": [1]}, None, r"features: columns of different lengths \(a: 2, b: 1\); expected the same"),
        ([[1, 2], [1, 2], [3]], None, "features: row 2 has 1 values; expected 2, as in row 0"),
        ([[1, 2]], ["a"], "features: 2 columns; expected 1, one a name of feature_names"),
        (np.eye(3), ["a"], "features: 3 columns; expected 1, one a name of feature_names"),
        ([1, 2], ["a", "b"], "features: one column; expected 2, one a name of feature_names"),
        (np.zeros((2, 2, 2)), None, "features: an array of 3 dimensions; expected 1 or 2"),
        (np.array(5), None, "features: an array of 0 dimensions; expected 1 or 2"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), None, "(?s)features: .*'a' 2 times.*expected a name of its own"),
    ],
)
def test_wrong_lengths_say_which(data, names, said):
    with pytest.raises(ValueError, match=said):
        to_table("features", data, names, "feature")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            "text",
            "features: 'text' is a str; expected list, dict of lists, numpy array, or a pandas, polars or pyarrow",
        ),
        (7, "features: 7 is a int; expected list"),
        (pl.DataFrame({"a": [1]}).lazy(), "features: .* is a LazyFrame; expected list"),
        ({"a": 5}, r"features\['a'\]: 5 is a int; expected list"),
        ({"a": "text"}, r"features\['a'\]: 'text' is a str; expected list"),
    ],
)
def test_what_is_no_table_is_refused(data, said):
    with pytest.raises(TypeError, match=said):
        to_table("features", data, None, "feature")


@pytest.mark.parametrize("names", ["ab", 7])
def test_feature_names_are_a_list(names):
    with pytest.raises(TypeError, match=r"feature_names: .*; expected a list of str"):
        to_table("features", [[1, 2]], names, "feature")


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_of_numpy_is_a_matrix():
    assert profile(np.asmatrix(NUMBERS)) == profile(NUMBERS)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_column_of_mappings_that_are_all_there_is_flattened(library):
    numbers = [{"a": 1.0}, {"a": 2.0}]
    assert profile(library({"n": numbers})) == profile({"n.a": [1.0, 2.0]})
