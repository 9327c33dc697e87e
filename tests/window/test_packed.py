from itertools import count

import numpy as np
import pytest
from msgspec import UNSET

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.window import Layout, Packed, Pause
from graphsignal_mw.window.packed import FEW, MANY, TILE

NOTHING = Layout((), ())


class Values:
    def __init__(self, numbers=(), others=()):
        self.numbers, self.others = numbers, others


def same(columns):
    return columns


def folded(*packed, stats=None, transform=same, many=True):
    stats, pauses, seconds = stats or WindowStats(), [], count()
    pause = Pause(lambda: next(seconds), pauses.append)
    pause.expect(many=many)
    for rows in packed:
        rows.fold(stats, transform, pause)
    return stats, len(pauses)


def packed(rows, features=NOTHING, numbers=(), others=()):
    made = Packed(features, NOTHING)
    made.add(rows, Values(numbers, others), Values())
    return made


def test_each_value_goes_to_its_own_column():
    made = Packed(Layout(("a", "b"), ("s",)), Layout(("y",), ()))
    made.add(2, Values([[1.0, 3.0], [2.0, 4.0]], [["p", "q"]]), Values([[0.5, 0.6]]))
    more = Packed(Layout(("a", "b"), ("s",)), Layout(("y",), ()))
    more.add(1, Values([[5.0], [6.0]], [["q"]]), Values([[0.7]]))
    made.extend(more)
    stats, _ = folded(made)
    features = stats.features.columns
    assert {name: (features[name].moments.minimum, features[name].moments.maximum) for name in "ab"} == {
        "a": (1.0, 5.0),
        "b": (2.0, 6.0),
    }
    assert features["s"].frequent.counts == {"p": 1, "q": 2}
    assert stats.predictions.columns["y"].moments.maximum == 0.7
    assert (stats.counters, stats.features.rows, stats.predictions.rows, len(made)) == ({"predictions": 3}, 3, 3, 3)


def test_what_no_row_has_is_no_column_and_what_some_have_is_missing_in_the_others():
    layout = Layout((), ("never", "once"))
    stats, _ = folded(packed(3, layout, (), [[UNSET, UNSET, UNSET], [UNSET, "x", None]]))
    assert "never" not in stats.features.columns
    assert (stats.features.columns["once"].count, stats.features.columns["once"].missing) == (3, 2)


def test_a_column_that_comes_and_goes_is_missing_meanwhile():
    stats, _ = folded(packed(2, Layout(("a",), ()), [[1.0, 2.0]]), packed(3, Layout(("b",), ()), [[1.0, 2.0, 3.0]]))
    assert {name: (c.count, c.missing) for name, c in stats.features.columns.items()} == {"a": (5, 3), "b": (5, 2)}


@pytest.mark.parametrize(("many", "steps"), [(True, 3), (False, 12)])
@pytest.mark.parametrize("width", [1, 40])
def test_long_work_is_done_in_steps_with_pauses_between_short_ones_where_there_is_time(width, many, steps):
    rows, names = 3 * TILE // width, tuple(f"f{n}" for n in range(width))
    numbers = np.arange(rows * width, dtype=np.float64).reshape(width, rows)
    stats, pauses = folded(packed(rows, Layout(names, ()), numbers), many=many)
    assert steps <= pauses <= steps + 2
    columns = stats.features.columns
    assert [columns[name].moments.maximum for name in names] == numbers[:, -1].tolist()
    assert {column.count for column in columns.values()} == {rows}


def test_columns_beyond_the_limit_are_skipped_and_counted():
    stats = WindowStats()
    stats.features.max_columns = 2
    folded(packed(2, Layout(("a", "b", "c"), ("s",)), [[0, 3], [1, 4], [2, 5]], [["x", "y"]]), stats=stats)
    assert set(stats.features.columns) == {"a", "b"}
    assert (stats.features.skipped, stats.features.columns["b"].moments.maximum) == (4, 4.0)


def test_others_are_transformed_by_name():
    def transform(columns):
        return {name: [f"{name}:{value}" for value in values] for name, values in columns.items()}

    stats, _ = folded(packed(1, Layout((), ("s",)), (), [["x"]]), transform=transform)
    assert stats.features.columns["s"].frequent.counts == {"s:x": 1}


@pytest.mark.parametrize("kind", [str, float])
def test_many_strings_of_which_none_comes_twice_are_added_few_at_a_time(kind):
    rows = 4 * MANY
    for values, few in (([kind(n) for n in range(rows)], kind is str), ([kind(n % 9) for n in range(rows)], False)):
        stats, pauses = folded(packed(rows, Layout((), ("s",)), (), [values]))
        assert pauses == rows // (FEW if few else MANY)
        assert stats.features.columns["s"].count == rows


def test_what_cannot_be_packed_adds_nothing_at_all():
    made = Packed(Layout(("a",), ("s",)), Layout(("y",), ()))
    with pytest.raises(ValueError, match="could not convert"):
        made.add(1, Values([[1.0]], [["x"]]), Values([["odd"]]))
    assert not len(made)
    made.add(1, Values([[2.0]], [["y"]]), Values([[0.5]]))
    columns = folded(made)[0].features.columns
    assert (columns["a"].moments.maximum, columns["a"].count, dict(columns["s"].frequent.counts)) == (2.0, 1, {"y": 1})


def test_segments_have_the_predictions_of_their_own_rows():
    layouts = Layout(("a",), ()), Layout(("y",), ("c",))
    made, more = Packed(*layouts), Packed(*layouts)
    made.add(2, Values([[1.0, 2.0]]), Values([[5.0, 6.0]], [["p", UNSET]]), [("s=1", None), ("s=1", "t=1")])
    made.add(1, Values([[3.0]]), Values([[7.0]], [["q"]]))
    more.add(1, Values([[4.0]]), Values([[8.0]], [["q"]]), [("t=1",)])
    made.extend(more)
    stats, pauses = folded(made)
    assert (stats.features.rows, stats.predictions.columns["y"].moments.mean, pauses > 4) == (4, 6.5, True)
    found = {
        name: (segment.counters["predictions"], segment.predictions.rows, segment.predictions.columns)
        for name, segment in stats.segments.items()
    }
    assert {name: each[:2] for name, each in found.items()} == {"s=1": (2, 2), "t=1": (2, 2)}
    assert {name: each[2]["y"].moments.maximum for name, each in found.items()} == {"s=1": 6.0, "t=1": 8.0}
    assert {name: dict(each[2]["c"].frequent.counts) for name, each in found.items()} == {
        "s=1": {"p": 1},
        "t=1": {"q": 1},
    }
    assert {each[2]["c"].missing for each in found.values()} == {1}
