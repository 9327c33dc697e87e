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


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
def test_a_part_that_is_converted_is_measured(share):
    converted = np.random.default_rng(3).random(len(NOW)) < share
    found = explain_shift(pooled(BEFORE), pooled(np.where(converted, NOW * 1.609344, NOW)))
    assert found.conversion.name == "miles → kilometres"
    assert found.share == pytest.approx(share, abs=0.12)


def test_degrees_are_told_from_factors():
    before = np.random.default_rng(4).normal(15, 8, 10_000)
    now = np.random.default_rng(5).normal(15, 8, 1000) * 1.8 + 32
    assert explain_shift(pooled(before), pooled(now)).conversion.text == "converted (Celsius → Fahrenheit?)"


def test_what_just_grew_is_no_conversion():
    before = np.random.default_rng(6).normal(10, 30, 10_000)
    now = np.random.default_rng(7).normal(40, 30, 1000)
    assert explain_shift(pooled(before), pooled(now)) is None


def test_the_same_values_need_no_explanation():
    assert explain_shift(pooled(BEFORE), pooled(NOW)) is None
    assert explain_shift(pooled(BEFORE), pooled(NOW[:5])) is None
