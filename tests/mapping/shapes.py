"""Bodies of batches, of segments and of ids: as they should be, and otherwise."""

import copy
import json
import random

ODD = [None, True, "", "7", 0, -0.0, 1e300, 2**70, [], [1], [[1, 2]], {"z": 1}, {"n": [1, 2]}, "é" * 130]


def objects(n):
    return [{"n": 1.5 + i, "i": 3 + i, "s": "ab"[i % 2]} for i in range(n)]


def lists(n):
    return [[*row.values()] for row in objects(n)]


def table(n):
    return {name: [row[name] for row in objects(n)] for name in ("n", "i", "s")}


def scores(n):
    return [0.25 + i for i in range(n)]


def labelled(n):
    return [{"y": score, "id": f"p{i}"} for i, score in enumerate(scores(n))]


BATCH = {"features": "$.instances[*]", "predictions": {"y": "$.predictions[*]"}}
ID = {"features": "$", "predictions": {"y": "$.y"}, "prediction_id": "$.id"}
SHAPES = {
    "objects": (BATCH, lambda n: ({"instances": objects(n), "more": 1}, {"predictions": scores(n)})),
    "lists": (BATCH, lambda n: ({"instances": lists(n)}, {"predictions": scores(n)})),
    "named lists": (
        BATCH | {"feature_names": ("a", "b", "c"), "exclude": ("b",)},
        lambda n: ({"instances": lists(n)}, {"predictions": scores(n)}),
    ),
    "single values": (
        {"features": "$.x[*]", "predictions": "$.y[*]", "feature_names": ("a",)},
        lambda n: ({"x": scores(n)}, {"y": lists(n)}),
    ),
    "bare lists": ({"features": "$[*]", "predictions": "$[*]"}, lambda n: (objects(n), labelled(n))),
    "values of objects": (
        {"features": "$[*].x", "predictions": {"y": "$[*].y", "id": "$[*].id"}},
        lambda n: ([{"x": row} for row in objects(n)], labelled(n)),
    ),
    "one path for all": ({"features": "$.x", "predictions": "$.y"}, lambda n: ({"x": objects(n)}, {"y": scores(n)})),
    "outputs that are lists": ({"features": "$.x", "predictions": "$.y"}, lambda n: ({"x": lists(n)}, {"y": lists(n)})),
    "one of several outputs": (
        {"features": "$.x", "predictions": "$.y"},
        lambda n: ({"x": objects(1)[0]}, {"y": scores(3)}),
    ),
    "objects of lists": (
        {"features": "$.x", "predictions": "$", "exclude": ("i",)},
        lambda n: ({"x": table(n)}, table(n)),
    ),
    "outputs alone": ({"predictions": {"y": "$.y[*]", "v": "$.v"}}, lambda n: ({}, {"y": scores(n), "v": 2})),
    "a value for all": (
        {"features": "$.x", "predictions": {"y": "$.y", "v": "$.v"}, "segments": ("$.tier", "$.v")},
        lambda n: ({"x": objects(n), "tier": "ab"[n % 2]}, {"y": scores(n), "v": 2}),
    ),
    "segments": (
        {"features": "$.x", "predictions": "$.y", "segments": ("$.x.s", "$.a.tier", "$.b.tier")},
        lambda n: ({"x": objects(n)[-1], "a": {"tier": n}, "b": {"tier": n % 2}}, {"y": 0.5}),
    ),
    "segments of a whole body": (
        {"features": "$", "predictions": {"y": "$.y"}, "segments": ("$.s",), "exclude": ("s",)},
        lambda n: (objects(n)[-1], {"y": 0.5}),
    ),
    "segments of each": (
        BATCH | {"segments": ("$.instances[*].s", "$.groups", "$.i")},
        lambda n: ({"instances": objects(n), "groups": [*range(n)]}, {"predictions": scores(n), "i": True}),
    ),
    "ids": (ID, lambda n: (objects(n)[-1], {"y": n, "id": "p"})),
    "ids of each": (
        BATCH | {"prediction_id": "$.ids"},
        lambda n: ({"instances": objects(n)}, {"predictions": scores(n), "ids": scores(n)}),
    ),
    "kserve_v1": ({"preset": "kserve_v1"}, lambda n: ({"inputs": table(n)}, {"predictions": [[s] for s in scores(n)]})),
    "tfserving": ({"preset": "tfserving"}, lambda n: ({"instances": objects(n)}, {"predictions": lists(n)})),
    "tfserving by column": ({"preset": "tfserving"}, lambda n: ({"inputs": scores(n)}, {"outputs": table(n)})),
    "vertexai": (
        {"preset": "vertexai", "feature_names": ("a", "b", "c")},
        lambda n: ({"instances": lists(n)}, {"predictions": labelled(n)}),
    ),
    "mlflow": ({"preset": "mlflow"}, lambda n: ({"dataframe_records": objects(n)}, {"predictions": scores(n)})),
    "torchserve": (
        {"preset": "torchserve", "exclude": ("i",)},
        lambda n: ({"instances": objects(n)}, {"predictions": scores(n)}),
    ),
}


def mutated(body, chance):
    """``body`` with something in it replaced, left out, or there twice."""
    body = copy.deepcopy(body)
    for _ in range(chance.choice((1, 1, 2))):
        spots = list(spots_of(body))
        if not spots:
            return chance.choice(ODD)
        parent, key = chance.choice(spots)
        what = chance.randrange(4)
        if what == 0:
            del parent[key]
        elif what == 1 and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        elif what == 1:
            parent[chance.choice(["new", "feature_0", "inputs", "instances", "deployedModelId", "tier"])] = parent[key]
        else:
            parent[key] = copy.deepcopy(chance.choice(ODD))
    return body


def spots_of(value):
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from spots_of(value[key])


def pair_of(shape, n, seed):
    """Two bodies; with a seed one of them, or both, look otherwise."""
    sides, chance = list(shape(n)), random.Random(seed)
    for side in range(2):
        if seed and chance.random() < 0.7:
            sides[side] = mutated(sides[side], chance)
    return [json.dumps(side).encode() for side in sides]
