import json

import pytest
from msgspec import UNSET

from graphsignal_mw.mapping import Endpoint, plain_reader
from mapping.shapes import SHAPES, pair_of

PLAIN = {"features": "$.x", "predictions": {"y": "$.y"}}


def reader(exact=lambda _: False, **fields):
    return plain_reader(Endpoint(path="/p", deployment="m", **(PLAIN | fields)), exact)


def read(of, *pairs):
    """The columns of features, of predictions, and their values; None where the reader refuses one, and learns."""
    requests, responses = ([json.dumps(side).encode() for side in sides] for sides in zip(*pairs, strict=True))
    *found, refused = of.read(requests, responses)[:3]
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


def test_that_a_number_may_be_missing_is_learned_from_a_body_that_lacks_it():
    of = learned(reader(), ({"x": {"a": 1, "b": 2}}, {"y": 1}))
    learned(of, ({"x": {"b": 3}}, {"y": 1}))
    found = read(of, ({"x": {"b": 3}}, {"y": 1}), ({"x": {"a": 1, "b": 2}}, {"y": 1}))
    assert found[0] == (("b",), ("a",), [[3.0, 2.0]], [[UNSET, 1]])


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
    features, predictions, refused, *_ = of.read([bad, GOOD, bad, bad, GOOD], answers)
    assert (list(refused), *map(list, features.numbers)) == ([0, 2, 3], [1.0, 1.0], [2.0, 2.0])
    assert list(predictions.numbers[0]) == [2.0, 3.0]


def test_an_answer_that_looks_otherwise_refuses_its_request_too():
    of = learned(reader(), ({"x": {"a": 1, "b": 2}}, {"y": 1}))
    features, predictions, refused, *_ = of.read([GOOD] * 3, [b'{"y": 1}', b"", b'{"y": 3}'])
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
        {"features": "$.x[*][*]"},
        {"features": "$.x[0]"},
        {"predictions": {"y": "$.y", "z": "$.y"}},
        {"predictions": {"y": "$.y", "z": "$.y.z"}},
        {"features": None, "predictions": None},
        {"segments": ("$.s[0]",)},
        {"segments": ("$",)},
        {"features": "$.x.z", "segments": ("$.x",)},
        {"segments": ("$.s", "$.s.t")},
        {"score": "$.p"},
        {"timestamp": "$.t"},
        {"prediction_id": "$.id[0]"},
        {"preset": "sagemaker", "features": None},
        {"preset": "seldon", "predictions": None},
        {"exclude": ("a.b",)},
        {"kind": "ground_truth"},
    ],
)
def test_an_endpoint_that_asks_for_more_has_no_reader(fields):
    assert reader(**fields) is None


def test_a_name_that_can_be_no_field_is_left_to_the_mapper():
    of = reader()
    assert [read(of, ({"x": {'q"': 1}}, {"y": 1})) for _ in range(5)] == [None] * 5


@pytest.mark.parametrize("name", SHAPES)
def test_any_shape_is_read_once_it_has_been_seen(name):
    fields, shape = SHAPES[name]
    of = plain_reader(Endpoint(path="/p", deployment="m", **fields), lambda _: False)
    pairs = [pair_of(shape, n, 0) for n in (2, 1, 3)]
    requests, responses = zip(*pairs, strict=True)
    for _ in range(4):
        found = of.read(requests, responses)
        of.learn(pairs[place] for place in found.refused)
    found = of.read(requests, responses)
    rows = sum(found.counts)
    columns = [column for side in (found.features, found.predictions) for kind in side for column in kind]
    assert (list(found.refused), len(found.counts)) == ([], 3)
    assert {*map(len, columns), len(found.segments) or rows, len(found.ids) or rows} == {rows}


BATCH = {"features": "$.x[*]", "predictions": {"y": "$.y[*]", "v": "$.v"}}


def test_instances_of_several_bodies_come_one_after_the_other():
    of, pairs = (
        reader(**BATCH),
        [({"x": [{"a": 1}, {"a": 2}]}, {"y": [3, 4], "v": "p"}), ({"x": [{"a": 5}]}, {"y": [6], "v": "q"})],
    )
    assert read(learned(of, *pairs), *pairs) == [
        (("a",), (), [[1.0, 2.0, 5.0]], []),
        (("y",), ("v",), [[3.0, 4.0, 6.0]], [["p", "p", "q"]]),
    ]


@pytest.mark.parametrize("answer", [{"y": [1], "v": 1}, {"y": [1, 2, 3], "v": 1}, {"y": [], "v": 1}])
def test_instances_without_an_output_each_refuse_their_own_body_alone(answer):
    of, good = reader(**BATCH), ({"x": [{"a": 1}, {"a": 2}]}, {"y": [3, 4], "v": 1})
    learned(of, good)
    sides = zip(good, (good[0], answer), good, strict=True)
    found = of.read(*([json.dumps(body).encode() for body in side] for side in sides))
    assert (list(found.refused), list(found.counts), list(found.predictions.numbers[0])) == ([1], [2, 2], [3, 4, 3, 4])


def test_the_places_of_those_without_an_output_each_count_those_that_cannot_be_decoded_too():
    of, good = reader(**BATCH), ({"x": [{"a": 1}, {"a": 2}]}, {"y": [3, 4], "v": 1})
    learned(of, good)
    request, response = (json.dumps(side).encode() for side in good)
    found = of.read([b"{", request, request, request], [response, response, b'{"y": [1], "v": 1}', response])
    assert (sorted(found.refused), found.counts) == ([0, 2], [2, 2])


@pytest.mark.parametrize(
    ("request_", "response", "expected"),
    [
        ({"x": {"a": 1}, "t": "p"}, {"y": 1, "id": 7}, (("t=p",), "7")),
        ({"x": {"a": 1}, "t": True}, {"y": 1, "id": "z"}, (("t=true",), "z")),
        ({"x": {"a": 1}, "t": None}, {"y": 1, "id": None}, ((None,), None)),
        ({"x": {"a": 1}, "t": 3}, {"y": 1, "id": 2.0}, (("t=3",), "2.0")),
    ],
)
def test_tags_are_found_on_either_side_and_are_as_they_were_written(request_, response, expected):
    of = learned(reader(segments=("$.t",), prediction_id="$.id"), ({"x": {"a": 1}, "t": "p"}, {"y": 1, "id": "i"}))
    found = of.read([json.dumps(request_).encode()], [json.dumps(response).encode()])
    assert [*zip(found.segments, found.ids, strict=True)] == [expected]


@pytest.mark.parametrize(
    "pair",
    [
        ({"x": {"a": 1}}, {"y": 1, "id": "i"}),
        ({"x": {"a": 1}, "t": "p", "id": "j"}, {"y": 1, "id": "i"}),
        ({"x": {"a": 1}, "t": ["p", "q"]}, {"y": 1, "id": "i"}),
        ({"x": {"a": 1}, "t": {}}, {"y": 1, "id": "i"}),
    ],
)
def test_a_tag_that_is_missing_or_somewhere_else_is_left_to_the_mapper(pair):
    of = reader(segments=("$.t",), prediction_id="$.id")
    good = ({"x": {"a": 1}, "t": "p"}, {"y": 1, "id": "i"})
    learned(of, good)
    assert [read(of, pair) for _ in range(20)] == [None] * 20
    assert read(of, good) is not None


@pytest.mark.parametrize(
    ("fields", "good", "odd"),
    [
        (BATCH, ({"x": [{"a": 1}]}, {"y": [1], "v": 1}), ({"x": []}, {"y": [], "v": 1})),
        (BATCH | {"feature_names": ("a",)}, ({"x": [[1]]}, {"y": [1], "v": 1}), ({"x": [[1, 2]]}, {"y": [1], "v": 1})),
        (
            BATCH | {"feature_names": ("a",)},
            ({"x": [{"a": 1}]}, {"y": [1], "v": 1}),
            ({"x": [{"feature_0": 1}]}, {"y": [1], "v": 1}),
        ),
        (
            {"features": None, "predictions": None, "preset": "kserve_v1"},
            ({"inputs": [{"a": 1}]}, {"predictions": [1]}),
            ({"inputs": [{"a": 1}], "instances": [{"a": 2}]}, {"predictions": [1]}),
        ),
        (
            {"features": None, "predictions": None, "preset": "vertexai"},
            ({"instances": [{"a": 1}]}, {"predictions": [1]}),
            ({"instances": [{"a": 1}]}, {"predictions": [1], "deployedModelId": "7"}),
        ),
    ],
)
def test_what_a_batch_may_mean_otherwise_is_left_to_the_mapper(fields, good, odd):
    of = learned(reader(**fields), good)
    assert [read(of, odd) for _ in range(20)] == [None] * 20
    assert read(of, good) is not None


@pytest.mark.parametrize(("body", "name"), [([[1], [2]], "feature"), ([[1, 2], [3, 4]], "feature_0")])
def test_the_only_item_of_a_presets_lists_has_the_name_of_a_single_value(body, name):
    fields = {"features": None, "predictions": None, "preset": "kserve_v1"}
    of = reader(exact=lambda column: column == name, **fields)
    learned(of, ({"instances": body}, {"predictions": [1, 2]}))
    assert name in of.columns[0].others
