import re
from html import unescape

import pytest

from graphsignal_mw.stats import WindowStats
from graphsignal_mw.wire import Envelope, stats_to_part

from .incident import HOUR, PROJECT

DAY = 24 * HOUR
URL = "/deployments/model/heatmap?range=7d"
CELL = re.compile(r'title="(\d+ [A-Z][a-z]+ \d\d:\d\d: [^"]+)"')


@pytest.fixture
def store(empty, now):
    """A window of every sixth hour of the last sixteen days."""
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
def test_hours_and_days_that_are_computed_show_what_their_windows_do(browse, store, now, measure):
    client, url = browse(store), f"{URL}&measure={measure}"
    first = cells(client, url)
    while store.outline_past(now):
        pass
    assert cells(client, url) == first


@pytest.mark.parametrize("days", [0.2, 3, 6.5, 9])
@pytest.mark.parametrize("measure", ["shift", "missing"])
def test_a_late_upload_is_seen_within_the_range_and_before_it(browse, store, now, days, measure):
    client, url = browse(store), f"{URL}&measure={measure}"
    first = cells(client, url)
    ingest(store, int(now - days * DAY) // HOUR * HOUR, 1000, x=["c", None] * 2000, late=["d"] * 10)
    store.compact()
    again = cells(client, url)
    assert store.outline_past(now) > 0
    assert again == cells(client, url)
    assert (again != first) == (measure == "shift" or days < 7)


def test_the_links_of_the_longest_range_ask_for_it_again_though_its_first_cell_begins_before_it(browse, store, now):
    client, end = browse(store), (now // (2 * DAY) * 2 + 1) * DAY
    page = f"/deployments/model/heatmap?from={end - 92 * DAY}&to={end}"
    links = [unescape(link) for link in re.findall(r'href="([^"]+measure=[^"]+)"', client.get(page).text)]
    assert len(links) == 2
    assert [client.get(link).status_code for link in links] == [200, 200]


def test_a_range_that_begins_within_a_cell_compares_the_whole_cell_with_what_was_before_it(browse, store, now):
    first = (now - 7 * DAY) // DAY * DAY
    ingest(store, first + HOUR, 1000, x=["c"] * 2000)
    store.compact()
    client, page = browse(store), f"/deployments/model/heatmap?to={first + 6 * DAY}&from="
    within = cells(client, f"{page}{first + 2 * HOUR}")
    assert within == cells(client, f"{page}{first}")
    assert float(within[0].rpartition(" ")[2]) > 0.9
