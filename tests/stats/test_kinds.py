"""Every kind of odd value: it costs no more than itself."""

import datetime as dt
import enum
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsignal_mw.stats.kinds import is_missing, sort_values

from .strategies import thorough


class Colour(enum.StrEnum):
    RED = "red"


class Rude:
    """A value that answers no question."""

    def __init__(self, *_):
        pass

    def _refuse(self, *_):
        raise RuntimeError

    __str__ = __repr__ = __len__ = __float__ = __bool__ = __eq__ = __hash__ = _refuse


class RudeFloat(Rude, float):
    pass


class RudeString(Rude, str):
    __slots__ = ()


class RudeList(Rude, list):
    pass


def described(values):
    found = sort_values(values)
    return {
        "numbers": found.numbers.tolist(),
        "strings": list(found.strings),
        "booleans": dict(found.booleans),
        "lengths": list(found.lengths),
        "missing": found.missing,
        "others": found.others,
    }


NOTHING = described([])
MISSING = [
    None, math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e999"),
    np.float32("nan"),
    np.datetime64("NaT", "s"), np.timedelta64("NaT", "s"), pd.NA, pd.NaT, np.ma.masked,
]  # fmt: skip
NUMBERS = [
    (2**70, 2.0**70),
    (Decimal("1.5"), 1.5),
    (Fraction(1, 4), 0.25),
    (np.int8(-3), -3),
    (np.float16(0.5), 0.5),
    (np.longdouble(2), 2),
    (dt.datetime(1970, 1, 2), 86400),
    (dt.datetime(1970, 1, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))), 0),
    (dt.date(1970, 1, 3), 172800),
    (dt.timedelta(minutes=1), 60),
    (np.datetime64("1970-01-02"), 86400),
    (np.timedelta64(1500, "ms"), 1.5),
    (pd.Timestamp("1970-01-01T00:00:05"), 5),
    (pd.Timedelta("2s"), 2),
]
STRINGS = [("a", "a"), ("", ""), ("\ud800", "\ud800"), (np.str_("x"), "x"), (Colour.RED, "red"), ("\x00", "\x00")]
LENGTHS = [([1, 2], 2), ((), 0), ({"a": 1}, 1), (frozenset("ab"), 2), (b"abc", 3), (bytearray(4), 4),
           (memoryview(b"ab"), 2), (np.zeros((2, 3)), 2), (np.bytes_(b"ab"), 2)]  # fmt: skip
OTHERS = [10**400, Fraction(10**400), 1j, np.complex64(1), object(), dt.time(1), Rude(), RudeFloat(2),
          RudeList(), len, Rude, pd.Period("2020"), np.zeros(1, "V4")[0], np.zeros(1, [("a", int)])[0]]  # fmt: skip


def expect(value):
    """What one odd value adds, by where it is listed."""
    for odd, key, amount in (
        *((v, "missing", 1) for v in MISSING),
        *((v, "numbers", [n]) for v, n in NUMBERS),
        *((v, "strings", [s]) for v, s in STRINGS),
        *((v, "lengths", [n]) for v, n in LENGTHS),
        *((v, "others", 1) for v in OTHERS),
        (True, "booleans", {"true": 1}),
        (np.False_, "booleans", {"false": 1}),
    ):
        if odd is value:
            return key, amount
    raise AssertionError(value)


ODD = [*MISSING, *(v for v, _ in (*NUMBERS, *STRINGS, *LENGTHS)), *OTHERS, True, np.False_]


@pytest.mark.parametrize("value", ODD, ids=lambda v: type(v).__name__)
def test_an_odd_value_costs_only_itself(value):
    key, amount = expect(value)
    alone = {**NOTHING, key: amount}
    assert described([value]) == alone
    among = described([1.5, value, "ok", 2])
    assert sorted(among["numbers"]) == sorted([1.5, 2.0, *alone["numbers"]])
    assert sorted(among["strings"]) == sorted(["ok", *alone["strings"]])
    assert {k: among[k] for k in ("booleans", "lengths", "missing", "others")} == {
        k: alone[k] for k in ("booleans", "lengths", "missing", "others")
    }


def test_a_string_that_refuses_to_be_written_is_still_a_string():
    assert described([RudeString("a"), 1]) == {**NOTHING, "strings": ["a"], "numbers": [1]}


@thorough
@given(st.lists(st.integers(0, len(ODD) - 1), max_size=12))
def test_any_mixture_adds_up(chosen):
    values = [ODD[index] for index in chosen]  # by index: some refuse to be compared
    found = described(values)
    counted = sum(map(len, (found["numbers"], found["strings"], found["lengths"])))
    assert counted + sum(found["booleans"].values()) + found["missing"] + found["others"] == len(values)


ARRAYS = [
    (np.array([1, 2], ">i2"), {"numbers": [1, 2]}),
    (np.array([1.0, np.nan, -np.inf], np.float16), {"numbers": [1], "missing": 2}),
    (np.array(["1e4000", "2"]).astype(np.longdouble), {"numbers": [2], "missing": 1}),
    (np.array([True, False, True]), {"booleans": {"true": 2, "false": 1}}),
    (np.array(["1970-01-02", "NaT"], "M8[ns]"), {"numbers": [86400], "missing": 1}),
    (np.array([1, "NaT"], "m8[h]"), {"numbers": [3600], "missing": 1}),
    (np.array([1j, 2]), {"others": 2}),
    (np.array(["a", "b"]), {"strings": ["a", "b"]}),
    (np.array([b"abc"]), {"lengths": [3]}),
    (np.array([1, None, "a"], object), {"numbers": [1], "missing": 1, "strings": ["a"]}),
    (np.ones((2, 3)), {"lengths": [3, 3]}),
    (np.zeros((2, 3), "M8[s]"), {"lengths": [3, 3]}),
    (np.array([(1, 2.0), (3, 4.0)], [("a", int), ("b", float)]), {"lengths": [2, 2]}),
    (np.ma.array([1.0, 2.0, 3.0], mask=[1, 0, 0]), {"numbers": [2, 3], "missing": 1}),
    (np.ma.array([1.0, 2.0]), {"numbers": [1, 2]}),
    (np.ma.array(["a", "b"], mask=[0, 1]), {"strings": ["a"], "missing": 1}),
    (np.ma.array(np.ones((2, 3)), mask=[[1, 1, 1], [1, 0, 0]]), {"lengths": [3, 3]}),
    (np.ma.array(np.zeros(2, [("a", int)]), mask=[(1,), (0,)]), {"lengths": [1, 1]}),
    (np.empty(0), {}),
    (np.arange(10.0)[::4], {"numbers": [0, 4, 8]}),
]


@pytest.mark.parametrize(("array", "expected"), ARRAYS, ids=lambda v: str(getattr(v, "dtype", "")))
def test_arrays_of_each_type(array, expected):
    assert described(array) == {**NOTHING, **expected}


@pytest.mark.parametrize(
    "value", [v for v in MISSING if not any(word in str(v) for word in ("inf", "Inf", "E+"))], ids=repr
)
def test_what_is_missing_is_known_alone(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0.0, "nan", Decimal("Infinity"), False, "", np.datetime64("2020"), Rude()], ids=type)
def test_what_is_there_is_not_missing(value):
    assert not is_missing(value)
