"""Times and scores that come as arrays are taken as those that come one by one."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest

from graphsignal_mw.logger.per_row import row_scores, row_timestamps

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMES = [NOON + timedelta(seconds=n * 0.25) for n in range(5)]
NAIVE = [time.replace(tzinfo=None) for time in TIMES]
SECONDS = [time.timestamp() for time in TIMES]


@pytest.mark.parametrize(
    "given",
    [
        TIMES,
        NAIVE,
        tuple(TIMES),
        np.array(NAIVE, "M8[ns]"),
        np.array(NAIVE, "M8[us]"),
        pd.Series(NAIVE),
        pd.Series(TIMES),
        pd.DatetimeIndex(TIMES),
        pl.Series(TIMES),
        pd.Series(SECONDS),
        np.array(SECONDS),
        SECONDS,
        [*SECONDS[:2], *TIMES[2:]],
        np.ma.MaskedArray(SECONDS),
        np.array(SECONDS, object),
    ],
    ids=lambda given: f"{type(given).__module__}.{type(given).__name__} {getattr(given, 'dtype', '')}",
)
def test_times_of_any_kind_are_the_same_seconds(given):
    assert row_timestamps("timestamps", given, 5) == SECONDS


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (np.array([NAIVE[0], "NaT"], "M8[ns]"), "timestamps: None in row 1"),
        (pd.Series([NAIVE[0], pd.NaT]), "timestamps: None in row 1"),
        (np.array(["2026-01-01", "1969-12-31"], "M8[s]"), r"1969.* is not a time since 1970"),
        (np.array([1.0, math.nan]), "timestamps: nan in row 1"),
        (np.array([1.0, -5.0]), "-5.0 is not a time since 1970"),
        (np.array([1.0, math.inf]), "inf is not a time since 1970"),
        (np.ma.MaskedArray([1.0, 2.0], [False, True]), "timestamps: None in row 1"),
    ],
)
def test_what_is_no_time_is_named_with_its_row(odd, said):
    with pytest.raises(ValueError, match=said):
        row_timestamps("timestamps", odd, 2)


def test_flags_are_no_times():
    with pytest.raises(TypeError, match="timestamps"):
        row_timestamps("timestamps", np.array([True, False]), 2)


@pytest.mark.parametrize(
    ("given", "scores"),
    [
        (np.array([0.0, 0.25, 1.0]), [0.0, 0.25, 1.0]),
        (np.array([0.5, 1.0], np.float32), [0.5, 1.0]),
        (np.array([0.5, math.nan]), [0.5, None]),
        (pd.Series([0.5, None]), [0.5, None]),
        (np.array([0, 1]), [0.0, 1.0]),
        ([0.5, None, 1], [0.5, None, 1.0]),
        (np.ma.MaskedArray([0.5, 7.0], [False, True]), [0.5, None]),
    ],
)
def test_scores_of_any_kind_are_numbers_or_none(given, scores):
    assert row_scores(given, len(scores)) == scores


@pytest.mark.parametrize("odd", [[0.5, 1.5], np.array([0.5, -0.1]), np.array([0.5, math.inf])])
def test_what_is_no_probability_is_refused(odd):
    with pytest.raises(ValueError, match=r"score: .* expected a number from 0 to 1"):
        row_scores(odd, 2)


@pytest.mark.parametrize("take", [row_scores, lambda given, rows: row_timestamps("timestamps", given, rows)])
@pytest.mark.parametrize("given", [[0.5], np.array([0.5]), np.array(["2026-01-01"], "M8[s]")])
def test_there_is_one_a_row(take, given):
    with pytest.raises(ValueError, match="1 values; expected 2, one a row"):
        take(given, 2)


def test_flags_are_no_scores():
    with pytest.raises(TypeError, match="score"):
        row_scores(np.array([True, False]), 2)
