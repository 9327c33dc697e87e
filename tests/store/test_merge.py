"""Sums of counts end where counts of the wire end: no upload makes a window that cannot be computed."""

import msgspec
import numpy as np
import pytest

from graphsignal_mw.stats import Quantiles, WindowStats
from graphsignal_mw.stats.moments import MOST
from graphsignal_mw.store.merge import merged
from graphsignal_mw.store.span import DAY, HOUR, WindowKey
from graphsignal_mw.wire import decode, encode, pack_part, part_to_stats, stats_to_part
from graphsignal_mw.wire.schema import Part

from .envelopes import BUCKET, WHOLE, envelope, rich_window, window

PROJECT = "default"


def largest_sketch():
    sketch = Quantiles()
    sketch.update(np.arange(1024.0))
    while sketch.n < MOST:
        sketch.merge(Quantiles.from_bytes(sketch.to_bytes()))
    return sketch.to_bytes()


def largest(found, sketch, key=None):
    """A part of which every count is the largest that there may be."""
    if isinstance(found, dict):
        return {name: largest(each, sketch, name) for name, each in found.items()}
    if isinstance(found, list):
        return [largest(each, sketch, key) for each in found]
    if key == "quantiles" and found:
        return sketch
    is_count = isinstance(found, int) and found and key not in {"bucket", "frames"}
    return MOST if is_count else found


@pytest.fixture
def huge():
    stats = rich_window()
    stats.performance_of("plan=b").update([1.0, 2.0, 3.0], [1.5, 2.0, 2.0])
    stats.performance_of("plan=c").update(["a", "b", "a"], ["a", "a", "a"])
    raw = msgspec.msgpack.decode(msgspec.msgpack.encode(stats_to_part("model", "", BUCKET, stats)))
    part = msgspec.msgpack.decode(msgspec.msgpack.encode(largest(raw, largest_sketch())), type=Part)
    assert part.counters["requests"] == part.features.columns["x"].values.moments.n == MOST
    return part


def through_the_gate(part, seq):
    plain = envelope(seq=seq)
    return decode(encode(msgspec.structs.replace(plain, parts=[part])))


def test_quantiles_of_a_day_are_nearly_those_of_its_windows():
    """Merged one by one into sketches of the size that is kept, they are off by .2 points and more."""
    generator = np.random.default_rng(7)
    values = {name: [generator.lognormal(np.sin(i / 46), 1, 100) for i in range(288)] for name in "abcdefgh"}
    windows = []
    for i in range(288):
        stats = WindowStats()
        stats.features.update({name: drawn[i] for name, drawn in values.items()})
        windows.append(pack_part(stats_to_part("model", "", 0, stats)))
    hour, day = (WindowKey(PROJECT, "model", 0, "", level) for level in (HOUR, DAY))
    hours = [pack_part(merged(hour, windows[start : start + 12])) for start in range(0, 288, 12)]
    found = part_to_stats(merged(day, hours)).features.columns
    shares, errors = np.linspace(0.01, 0.99, 99), []
    for name, drawn in values.items():
        assert found[name].quantiles.k == 200
        ordered = np.sort(np.concatenate(drawn))
        edges = np.quantile(ordered, shares)
        errors.append(found[name].quantiles.cdf(edges) - np.searchsorted(ordered, edges, "right") / len(ordered))
    assert np.sqrt(np.mean(np.square(errors))) < 0.0017


def test_the_largest_counts_that_may_be_uploaded_break_no_window(store, huge):
    for seq in range(1, 5):
        store.ingest(PROJECT, through_the_gate(huge, seq), 1.0)
        assert store.compact() == 1
    store.ingest(PROJECT, envelope(window(), seq=9), 1.0)
    store.compact()
    for age in (0, 4, 38, 92):
        store.purge(BUCKET + age * DAY)
        assert store.sizes()["dirty"] == 0
        assert store.totals(PROJECT, "model", *WHOLE).counters["requests"] == MOST
        (_, _, x), _ = store.columns(PROJECT, "model", *WHOLE)
        assert x.quantiles.n == x.moments.n <= MOST
    assert store.sizes()["parts"] == 0


def test_what_is_beyond_them_ends_with_them_and_the_rest_is_exact(store):
    for seq in range(2):
        store.ingest(PROJECT, envelope(window(requests=MOST, predictions=3), seq=seq), 1.0)
    store.compact()
    assert store.totals(PROJECT, "model", *WHOLE).counters == {"requests": MOST, "predictions": 6}
