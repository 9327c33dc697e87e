import numpy as np
import pytest

from graphsignal_mw.detect.pooled import Pooled
from graphsignal_mw.detect.units import explain_shift
from graphsignal_mw.stats import Quantiles


def pooled(values):
    sketches = []
    for part in np.array_split(np.asarray(values, dtype=float), 20):
        sketches.append(Quantiles())
        sketches[-1].update(part)
    return Pooled.of(sketches)


BEFORE = np.random.default_rng(1).lognormal(6.5, 0.7, 10_000)
NOW = np.random.default_rng(2).lognormal(6.5, 0.7, 1000)


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (1.609344, "multiplied by 1.609 (miles → kilometres?)"),
        (1 / 1.609344, "divided by 1.609 (kilometres → miles?)"),
        (1000.0, "multiplied by 1000 (thousands → units?)"),
        (1 / 60, "divided by 60 (seconds → minutes?)"),
        (2.9, "multiplied by 2.9"),
    ],
)
def test_a_factor_is_found_and_its_units_are_named(factor, text):
    found = explain_shift(pooled(BEFORE), pooled(NOW * factor))
    assert found.conversion.text.startswith(text[:16])
    assert found.share > 0.9
    if "(" in text:
        assert found.conversion.text == text


@pytest.mark.parametrize(("share", "rows"), [(0.3, 1000), (0.6, 1000), (0.8, 5000)])
def test_a_part_that_is_converted_is_measured(share, rows):
    """A large part of a smooth distribution takes more rows: it is much like all of them times a smaller factor."""
    rng = np.random.default_rng(3)
    now = rng.lognormal(6.5, 0.7, rows)
    found = explain_shift(pooled(BEFORE), pooled(np.where(rng.random(rows) < share, now * 1.609344, now)))
    assert found.conversion.name == "miles → kilometres"
    assert found.share == pytest.approx(share, abs=0.12)


def test_most_rows_in_another_unit_are_not_taken_for_all_times_an_odd_factor():
    """All quantiles have about the same ratio; the name is worth more than a factor of 1.48."""
    rng = np.random.default_rng(3)
    now = rng.lognormal(6.5, 0.7, 20_000)
    found = explain_shift(pooled(BEFORE), pooled(np.where(rng.random(len(now)) < 0.8, now * 1.609344, now)))
    assert found.conversion.name == "miles → kilometres"


def test_an_odd_factor_is_not_taken_for_a_part_in_another_unit():
    now = np.random.default_rng(3).lognormal(6.5, 0.7, 5000) * 1.45
    found = explain_shift(pooled(BEFORE), pooled(now))
    assert found.conversion.text.startswith("multiplied by 1.4")
    assert found.conversion.name == ""
    assert found.share == 1


def test_degrees_are_told_from_factors():
    before = np.random.default_rng(4).normal(15, 8, 10_000)
    now = np.random.default_rng(5).normal(15, 8, 1000) * 1.8 + 32
    assert explain_shift(pooled(before), pooled(now)).conversion.text == "converted (Celsius → Fahrenheit?)"


def test_what_is_far_from_zero_is_no_temperature():
    """1.8 is also the factor of Fahrenheit, whose offset does not show in values of hundreds."""
    now = np.where(np.random.default_rng(8).random(len(NOW)) < 0.5, NOW * 1.8, NOW)
    found = explain_shift(pooled(BEFORE), pooled(now))
    assert found is None or "Celsius" not in found.conversion.name


def test_what_just_grew_is_no_conversion():
    before = np.random.default_rng(6).normal(10, 30, 10_000)
    now = np.random.default_rng(7).normal(40, 30, 1000)
    assert explain_shift(pooled(before), pooled(now)) is None


WIND = np.random.default_rng(9).integers(3, 21, 3000) * 1.15078


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (WIND, np.zeros(200)),
        (WIND, np.where(np.arange(200) % 10 == 0, 5.754, 0.0)),
    ],
)
def test_a_calm_is_no_other_unit(before, now):
    """Seen in real weather: it fits a conversion but for the values into which most would have been converted."""
    assert explain_shift(pooled(before), pooled(now)) is None


def test_the_same_values_need_no_explanation():
    assert explain_shift(pooled(BEFORE), pooled(NOW)) is None
    assert explain_shift(pooled(BEFORE), pooled(NOW[:5])) is None
