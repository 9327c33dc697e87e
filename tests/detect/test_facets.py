"""Drift of what has no values to show: embeddings that point elsewhere, texts that read otherwise."""

import numpy as np
import pytest

from graphsignal_mw.stats import WindowStats

from .streams import DAY, HOUR, START, detect, summary

SIZE, ROWS = 384, 100
RNG = np.random.default_rng(21)
OLD, NEW = np.linalg.qr(RNG.normal(size=(SIZE, 2)))[0].T  # two directions at right angles
WORDS = ["late", "flight", "lost", "bag", "kind", "crew", "seat", "food", "delay", "refund", "gate", "hour"]


def embeddings(rng, direction):
    """Vectors of norm 1 around a direction."""
    found = 0.5 * direction + rng.normal(size=(ROWS, SIZE)) * np.sqrt(0.75 / SIZE)
    return list(found / np.linalg.norm(found, axis=1, keepdims=True))


def texts(rng, least, most):
    return [" ".join(rng.choice(WORDS, size)) for size in rng.integers(least, most, ROWS)]


def history(make, days=10):
    """Hourly windows; ``make`` is told whether it is the last day."""
    rng, found = np.random.default_rng(8), []
    for hour in range(days * 24):
        stats = WindowStats(4)
        stats.features.update({"x": make(rng, hour >= (days - 1) * 24)})
        stats.features.columns |= stats.features.tentative  # as they leave the process
        stats.counters.update(requests=ROWS, predictions=ROWS)
        found.append((START + hour * HOUR, stats))
    return found


def test_embeddings_that_point_elsewhere_are_a_drift_though_every_norm_is_one():
    issues = detect(history(lambda rng, late: embeddings(rng, NEW if late else OLD)))
    assert len(issues) == 1
    family, columns, is_open = summary(issues)[0]
    assert (family, is_open) == ("data drift", True)
    assert columns
    assert all(name.startswith("x::projection_") for name in columns)
    assert "has shifted: median" in issues[0].explanation
    assert abs(issues[0].opened - (START + 9 * DAY)) <= 2 * HOUR


@pytest.mark.parametrize("make", [lambda rng: embeddings(rng, OLD), lambda rng: texts(rng, 5, 40)])
def test_nothing_is_found_where_nothing_is_wrong(make):
    assert detect(history(lambda rng, _: make(rng))) == []


def test_texts_that_become_short_are_a_drift_of_their_facets():
    issues = detect(history(lambda rng, late: texts(rng, *((3, 9) if late else (5, 40)))))
    assert summary(issues) == [("data drift", ["x::length", "x::words"], True)]


@pytest.mark.parametrize("make", [lambda rng: embeddings(rng, OLD), lambda rng: texts(rng, 5, 40)])
def test_where_nothing_is_to_derive_from_it_is_the_column_itself_that_is_missing(make):
    (issue,) = detect(history(lambda rng, late: [None] * ROWS if late else make(rng)))
    assert summary([issue]) == [("data validity", ["x"], True)]
    assert issue.explanation.startswith("x is missing in every row; expected 0 %")


def test_a_facet_has_no_unit_that_could_have_changed():
    def longer(rng, late):
        sizes = rng.lognormal(0, 0.4, (ROWS, 1)) * (1.609344 if late else 1.0)
        return list(sizes * np.stack(embeddings(rng, OLD)))

    (issue,) = detect(history(longer))
    assert [column.name for column in issue.columns] == ["x::norm"]
    assert issue.explanation.startswith("x::norm has shifted: median")
