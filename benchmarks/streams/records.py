"""Records of a model with numbers and strings as features, and one number as its output."""

import random
from functools import partial

CITIES = [f"city_{n}" for n in range(20)]
PRODUCTS = [f"prod_{n:04}" for n in range(1000)]
SHOPS = [f"shop_{n}" for n in range(200)]


def plain(n, numbers, strings):
    """Return ``n`` records (features, output) that all have the same keys and types."""
    chance = random.Random(1)
    pools = [(CITIES, PRODUCTS, SHOPS)[column % 3] for column in range(strings)]
    records = []
    for _ in range(n):
        row = {
            f"f{c}": chance.gauss(10 * c, 3.0) if c % 3 else round(chance.expovariate(0.1), 2) for c in range(numbers)
        }
        row |= {f"s{c}": chance.choice(pool) for c, pool in enumerate(pools)}
        records.append((row, chance.random()))
    return records


def odd(n, numbers, strings):
    """Return records of which each has a null, each second a string for a number, each fourth a key that most lack."""
    chance = random.Random(2)
    records = plain(n, numbers, strings)
    for row, _ in records:
        row[chance.choice(list(row))] = None
        if chance.random() < 0.5:
            row[f"f{chance.randrange(numbers)}"] = "n/a"
        if chance.random() < 0.25:
            row[f"new_{chance.randrange(40)}"] = chance.random()
    return records


def single(**more):
    """Return a shape of one instance a body, with other fields beside."""

    def bodies(records):
        return [
            ({"x": row, **{name: f"{name}{n % 20}" for name in more.get("segments", ())}}, {"y": y, "id": f"id-{n:08}"})
            for n, (row, y) in enumerate(records)
        ]

    paths = {"segments": [f"$.{name}" for name in more["segments"]]} if "segments" in more else {}
    paths |= {"prediction_id": "$.id"} if more.get("ids") else {}
    return {"features": "$.x", "predictions": {"y": "$.y"}, **paths}, bodies


def batch(size, form, **endpoint):
    """Return a shape of ``size`` instances a body, each of them in that form."""

    def bodies(records):
        parts = [records[start : start + size] for start in range(0, len(records), size)]
        return [
            ({"instances": [form(row) for row, _ in part]}, {"predictions": [y for _, y in part]}) for part in parts
        ]

    return endpoint or {"features": "$.instances[*]", "predictions": {"y": "$.predictions[*]"}}, bodies


def values(row):
    return [*row.values()]


CASES = {
    "7 numbers + 3 strings": partial(plain, numbers=7, strings=3),
    "35 numbers + 15 strings": partial(plain, numbers=35, strings=15),
    "50 numbers": partial(plain, numbers=50, strings=0),
    "7 + 3, nulls, mixed types, new keys": partial(odd, numbers=7, strings=3),
    "35 + 15, nulls, mixed, new keys": partial(odd, numbers=35, strings=15),
}

SHAPES = {
    "one instance": single(),
    "one instance, 2 segments": single(segments=("country", "tier")),
    "one instance, prediction_id": single(ids=True),
    "batches of 1": batch(1, dict),
    "batches of 8": batch(8, dict),
    "batches of 64": batch(64, dict),
    "batches of 8, lists": batch(8, values),
    "batches of 64, lists": batch(64, values),
    "batches of 8, preset tfserving": batch(8, dict, preset="tfserving"),
}
"""Endpoints of 7 numbers + 3 strings, each with what makes bodies of records."""
