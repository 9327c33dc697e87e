import re

import pytest

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import Envelope, stats_to_part

from .incident import HOUR, PROJECT

DAY = 24 * HOUR
URL = "/deployments/model/heatmap?range=7d"
CELL = re.compile(r'title="(\d+ [A-Z][a-z]+ \d\d:\d\d: [^"]+)"')


@pytest.fixture
def store(empty, now):
    """A window of every sixth hour of the last sixteen days; words, for unlike sketches they are counted exactly."""
    for seq, bucket in enumerate(range((now - 16 * DAY) // HOUR * HOUR, now, 6 * HOUR)):
        ingest(empty, bucket, seq, x=["a", "b"] * 30)
    empty.compact()
    return empty


def ingest(store, bucket, seq, **columns):
    stats = WindowStats()
    stats.features.update(columns)
    parts = [stats_to_part("model", "v1", bucket, stats)]
    store.ingest(PROJECT, Envelope(1, "boot-0001", seq, float(bucket), HOUR, parts), float(bucket))


def cells(client, url=URL):
    """What the cells of a heat map say."""
    found = CELL.findall(client.get(url).text)
    assert len(found) > 20
    return found


@pytest.mark.parametrize("measure", ["shift", "missing"])
def test_a_heat_map_that_was_asked_for_before_is_the_same(browse, store, measure):
    client, url = browse(store), f"{URL}&measure={measure}"
    first = cells(client, url)
    assert cells(client, url) == first == cells(browse(store), url)


@pytest.mark.parametrize("days", [0.2, 3, 6.5, 9])
@pytest.mark.parametrize("measure", ["shift", "missing"])
def test_a_late_upload_is_seen_within_the_range_and_before_it(browse, store, now, days, measure):
    client, url = browse(store), f"{URL}&measure={measure}"
    first = cells(client, url)
    ingest(store, int(now - days * DAY) // HOUR * HOUR, 1000, x=["c", None] * 2000, late=["d"] * 10)
    store.compact()
    again = cells(client, url)
    assert again == cells(browse(store), url)
    assert (again != first) == (measure == "shift" or days < 7)


def test_settled_cells_are_not_computed_again(browse, store, now):
    """What they were painted from is taken away: whoever asked before still sees it, others do not."""
    client = browse(store)
    first = cells(client)
    with store.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM columns WHERE bucket < {now - 12 * HOUR}")
    assert cells(client) == first != cells(browse(store))


def test_only_the_last_heat_maps_are_kept(browse, store, now):
    client = browse(store)
    first = cells(client)
    for day in range(1, 9):
        client.get(URL.partition("?")[0], params={"from": now - (day + 1) * DAY, "to": now - day * DAY})
    with store.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM columns WHERE bucket < {now - 12 * HOUR}")
    assert cells(client) != first
