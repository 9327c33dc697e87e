"""Foreign sketches: what passes the check never harms the process, so all of it happens in another one."""

import struct
import subprocess
import sys

import numpy as np
import pytest

from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import Quantiles
from graphsignal_mw.wire import kll


def sketch(n, k=200):
    found = Quantiles(k)
    found.update(np.random.default_rng(n).normal(size=n))
    return found


def forged(levels, sizes, items=(), k=200):
    """A sketch of 0.0 to 9.0 whose levels have ``sizes`` items: ``items`` or else 0.0 each."""
    capacity = sum(max(8, round(k * (2 / 3) ** (levels - 1 - level))) for level in range(levels))
    offsets = [capacity - sum(sizes[level:]) for level in range(levels)]
    n = sum(size << level for level, size in enumerate(sizes))
    head = struct.pack("<BBBBHBBQHBB", 5, 1, 15, 0, k, 8, 0, n, k, levels, 0)
    values = [0.0, 9.0, *(items or [0.0] * sum(sizes))]
    return head + struct.pack(f"<{levels}I", *offsets) + struct.pack(f"<{len(values)}d", *values)


@pytest.mark.parametrize("k", [200, 2048])
@pytest.mark.parametrize("n", [0, 1, 2, 199, 200, 201, 5000, 200_000])
def test_sketches_of_the_library_pass(n, k):
    assert kll.check(sketch(n, k).to_bytes()) == n


def test_merged_sketches_pass():
    merged = Quantiles.merged([sketch(n) for n in (1, 0, 700, 30_000)])
    assert kll.check(merged.to_bytes()) == 30_701


def test_a_forged_sketch_passes_where_it_is_well_formed():
    data = forged(3, [5, 8, 20])
    assert kll.check(data) == 5 + 16 + 80
    assert Quantiles.from_bytes(data).n == 101
    assert kll.check(forged(2, [2, 2], [5.0, 1.0, 1.0, 5.0])) == 6  # level 0 need not be sorted


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(7),
        bytes(8),
        sketch(5000).to_bytes()[:-8],
        sketch(5000).to_bytes() + bytes(8),
        sketch(1).to_bytes()[:8] + struct.pack("<d", float("nan")),
        sketch(2, 200).to_bytes().replace(struct.pack("<H", 200), struct.pack("<H", 400)),
        sketch(50).to_bytes()[:-8] + struct.pack("<d", float("inf")),
        sketch(50).to_bytes()[:-8] + struct.pack("<Q", 0x7FF0_0000_0000_0001),  # a signalling NaN
        forged(46, [0] * 45 + [2]),  # n is 2 ** 46: the library would not return from merging many
        forged(60, [0] * 59 + [2]),
        forged(1, [0]),
        forged(2, [10, -2]),
        forged(2, [2, 2], [1.0, 2.0, 2.0, 1.0]),
        forged(2, [2, 2], [1.0, 2.0, 3.0, 9.5]),
        forged(2, [2, 2], [1.0, 2.0, 3.0, float("nan")]),
    ],
    ids=range(16),
)
def test_what_is_not_a_sketch_is_refused(data):
    with pytest.raises(WireError, match=r"^quantiles: .*(expected|not a well-formed)"):
        kll.check(data)


MANY = [sketch(n, k).to_bytes() for k in (200, 2048) for n in (0, 1, 2, 50, 199, 200, 3000, 20_000)] * 9


def test_many_sketches_are_checked_as_each_alone():
    assert kll.check_all([]) == []
    assert kll.check_all(MANY) == [kll.check(data) for data in MANY]
    assert kll.check_all([forged(2, [2, 2], [5.0, 1.0, 1.0, 5.0]), *MANY])[0] == 6


@pytest.mark.parametrize("place", [0, 1, 70, len(MANY)])
@pytest.mark.parametrize(
    "bad",
    [
        forged(2, [2, 2], [1.0, 2.0, 2.0, 1.0]),
        forged(2, [2, 2], [1.0, 2.0, 3.0, 9.5]),
        forged(2, [2, 2], [-0.5, 2.0, 3.0, 4.0]),
        forged(2, [2, 2], [1.0, 2.0, 3.0, float("nan")]),
        forged(3, [5, -8, 20]),
        sketch(50).to_bytes()[:-8] + struct.pack("<d", float("inf")),
        b"",
    ],
    ids=range(7),
)
def test_one_bad_sketch_among_many_is_found(place, bad):
    with pytest.raises(WireError, match=r"^quantiles: "):
        kll.check_all([*MANY[:place], bad, *MANY[place:]])


MUTATE = """
import random, sys
import numpy as np
from graphsignal_mw.errors import WireError
from graphsignal_mw.stats import Quantiles
from graphsignal_mw.wire import kll

draw = random.Random(int(sys.argv[2]))
originals = []
for k in (200, 2048):
    for n in (0, 1, 2, 60, 300, 3000, 100_000):
        sketch = Quantiles(k)
        sketch.update(np.random.default_rng(n).normal(size=n))
        originals.append(sketch.to_bytes())
accepted = 0
for _ in range(int(sys.argv[1])):
    data = bytearray(draw.choice(originals))
    for _ in range(draw.randint(1, 3)):
        # Mostly the head, where lengths and offsets are.
        position = draw.randrange(min(len(data), 60) if draw.random() < 0.7 else len(data))
        data[position] = draw.choice([draw.randrange(256), data[position] ^ (1 << draw.randrange(8)), 0, 255])
    if draw.random() < 0.1:
        data = data[: draw.randrange(len(data) + 1)] + bytes(draw.choice([0, 1, 8]))
    try:
        n = kll.check(bytes(data))
    except WireError:
        continue
    accepted += 1
    sketch = Quantiles.from_bytes(bytes(data))
    assert sketch.n == n
    for k in (200, 2048):
        merged = Quantiles.merged([sketch, sketch], k)
        merged.update(np.arange(300.0))
        merged.quantiles([0, 0.5, 1])
        merged.cdf([0.0])
        kll.check(merged.to_bytes())
    sketch.update(np.arange(300.0))
    sketch.merge(Quantiles.from_bytes(draw.choice(originals)))
    sketch.to_bytes()
print(accepted)
"""


def mutate(mutations, seed):
    command = [sys.executable, "-W", "error", "-c", MUTATE, str(mutations), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout)


def test_no_mutated_sketch_that_passes_harms_the_process():
    assert mutate(5000, 1) > 100


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10))
def test_no_mutated_sketch_of_200_000_harms_the_process(seed):
    assert mutate(20_000, seed) > 100
