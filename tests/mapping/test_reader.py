import json

import pytest
from msgspec import UNSET

from graphsignal_mw.mapping import Endpoint, plain_reader

PLAIN = {"features": "$.x", "predictions": {"y": "$.y"}}


def reader(exact=lambda _: False, **fields):
    return plain_reader(Endpoint(path="/p", deployment="m", **(PLAIN | fields)), exact)


def read(of, *pairs):
    """The columns of features, of predictions, and their values; None where the reader refuses one, and learns."""
    requests, responses = ([json.dumps(side).encode() for side in sides] for sides in zip(*pairs, strict=True))
    *found, refused = of.read(requests, responses)
    if refused:
        of.learn((requests[place], responses[place]) for place in refused)
        return None
    return [
        (*names, *([list(column) for column in columns] for columns in values))
        for names, values in zip(of.columns, found, strict=True)
    ]


def learned(of, *pairs):
    """The reader, shown pairs until it reads them."""
    for _ in range(20):
        if read(of, *pairs) is not None:
            return of
    raise AssertionError(pairs)


def test_numbers_and_others_come_out_column_by_column():
    of = reader()
    pairs = [({"x": {"a": 1, "s": "p", "b": 2.5}}, {"y": 0.5}), ({"x": {"b": 4, "a": 3, "s": "q"}}, {"y": 1})]
    assert read(of, *pairs) is None
    assert read(of, *pairs) == [
        (("a", "b"), ("s",), [[1.0, 3.0], [2.5, 4.0]], [["p", "q"]]),
        (("y",), (), [[0.5, 1.0]], []),
    ]


@pytest.mark.parametrize(
    ("odd", "value"),
    [({"a": None}, None), ({"a": "n/a"}, "n/a"), ({"a": True}, True), ({}, UNSET), ({"a": 10**400}, 10**400)],
)
def test_what_is_no_plain_number_is_refused_at_first_and_learned(odd, value):
    of = learned(reader(), ({"x": {"a": 1}}, {"y": 1}))
    assert read(of, ({"x": odd}, {"y": 1})) is None
    found = read(learned(of, ({"x": {"a": "word"}}, {"y": 1})), ({"x": odd}, {"y": 1}), ({"x": {"a": 2}}, {"y": 1}))
    assert found[0] == ((), ("a",), [], [[value, 2]])


def test_a_new_key_is_learned_and_the_rows_without_it_have_none():
    of = learned(reader(), ({"x": {"a": 1}}, {"y": 1}))
    learned(of, ({"x": {"a": 1, "new": 2}}, {"y": 1}))
    assert read(of, ({"x": {"a": 1}}, {"y": 1}), ({"x": {"a": 1, "new": 2}}, {"y": 1}))[0] == (
        ("a",), ("new",), [[1.0, 1.0]], [[UNSET, 2]],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        ({"x": {"a": [1]}}, {"y": 1}),
        ({"x": {"a": {"b": 1}}}, {"y": 1}),
        ({"x": [{"a": 1}]}, {"y": 1}),
        ({"x": 5}, {"y": 1}),
        ({}, {"y": 1}),
        ({"x": {"a": 1}}, {"y": [1]}),
        ({"x": {"a": 1}}, {"y": {"z": 1}}),
        ({"x": {"a": 1}}, {}),
    ],
)
def test_what_no_row_of_scalars_can_hold_is_refused_however_often_it_comes(request_, response):
    of = learned(reader(), ({"x": {"a": 1}}, {"y": 1}))
    assert [read(of, (request_, response)) for _ in range(30)] == [None] * 30
    assert read(of, ({"x": {"a": 1}}, {"y": 1})) is not None


GOOD = b'{"x": {"a": 1, "b": 2}}'
BAD = [GOOD + b"," + GOOD, GOOD + GOOD, b"[%b]" % GOOD, b"", b"{", b"[", b'{"x": {"a": 1, "b": "\xff"}}']


@pytest.mark.parametrize("bad", BAD)
def test_a_body_that_looks_otherwise_costs_no_other(bad):
    of = learned(reader(), ({"x": {"a": 1, "b": 2}}, {"y": 1}))
    answers = [b'{"y": 1}', b'{"y": 2}', *[b'{"y": 3}'] * 3]
    features, predictions, refused = of.read([bad, GOOD, bad, bad, GOOD], answers)
    assert (list(refused), *map(list, features.numbers)) == ([0, 2, 3], [1.0, 1.0], [2.0, 2.0])
    assert list(predictions.numbers[0]) == [2.0, 3.0]


def test_an_answer_that_looks_otherwise_refuses_its_request_too():
    of = learned(reader(), ({"x": {"a": 1, "b": 2}}, {"y": 1}))
    features, predictions, refused = of.read([GOOD] * 3, [b'{"y": 1}', b"", b'{"y": 3}'])
    assert (list(refused), list(features.numbers[0]), list(predictions.numbers[0])) == ([1], [1.0, 1.0], [1.0, 3.0])


@pytest.mark.parametrize(
    ("bodies", "places"),
    [
        ((b'{"x": {"a": 1', b'"b": 2}}', GOOD + b"," + GOOD), [0, 1, 2]),
        ((b"%b,{" % GOOD, b'"x": {"a": 1, "b": 2}}', GOOD), [0, 1]),
        ((b'{"x": {"a": 1, "b": 2', b"}}"), [0, 1]),
    ],
)
def test_pieces_that_complete_each_other_are_no_bodies(bodies, places):
    of = learned(reader(), ({"x": {"a": 1, "b": 2}}, {"y": 1}))
    assert list(of.read(bodies, [b'{"y": 1}'] * len(bodies)).refused) == places


def test_made_up_keys_do_not_widen_rows_without_end():
    of = learned(reader(), ({"x": {"a": 1}}, {"y": 1}))
    for n in range(300):
        read(of, ({"x": {"a": 1, f"k{n}": 1}}, {"y": 1}))
    assert 0 < len(of.columns[0].others) <= 64


def test_what_is_exact_stays_what_it_was():
    of = learned(reader(exact=lambda name: name == "a"), ({"x": {"a": 1, "b": 1}}, {"y": 1}))
    numbers, others = read(of, ({"x": {"a": 5, "b": 5}}, {"y": 1}))[0][2:]
    assert (numbers, others, type(others[0][0])) == ([[5.0]], [[5]], int)


@pytest.mark.parametrize(
    "fields",
    [
        {"features": "$.x[*]"},
        {"features": "$.x[0]"},
        {"predictions": {"y": "$.y", "z": "$.y"}},
        {"predictions": {"y": "$.y", "z": "$.y.z"}},
        {"features": None, "predictions": None},
        {"segments": ("$.s",)},
        {"score": "$.p"},
        {"timestamp": "$.t"},
        {"prediction_id": "$.id"},
        {"feature_names": ("a",)},
        {"preset": "mlflow"},
        {"exclude": ("a.b",)},
        {"kind": "ground_truth"},
    ],
)
def test_an_endpoint_that_asks_for_more_has_no_reader(fields):
    assert reader(**fields) is None


def test_a_name_that_can_be_no_field_is_left_to_the_mapper():
    of = reader()
    assert [read(of, ({"x": {'q"': 1}}, {"y": 1})) for _ in range(5)] == [None] * 5
