"""What the page of a text or list column shows instead of values."""

import re

import numpy as np
import pytest

from graphsignal_mw.dashboard.facets import meaning
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.stats.facets import LIST_FACETS, TEXT_FACETS
from graphsignal_mw.store import Store
from graphsignal_mw.wire import Envelope, stats_to_part

from .incident import HOUR, PROJECT, issue

DAYS, ROWS = 9, 40


def window(rng, *, late):
    stats = WindowStats(4)
    vectors = rng.normal(size=(ROWS, 32)) + (2.0 if late else 0.0)
    words = ["late", "flight", "bag", "never", "came"]
    review = [" ".join(rng.choice(words, size)) for size in rng.integers(20, 40, ROWS)]
    stats.features.update({"embedding": list(vectors), "review": review, "amount": rng.normal(size=ROWS)})
    stats.features.columns |= stats.features.tentative
    stats.counters.update(requests=ROWS, predictions=ROWS)
    return stats


@pytest.fixture(scope="module")
def page(tmp_path_factory, now):
    """Open a page of a column of a deployment whose embeddings moved a day ago."""
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from graphsignal_mw.dashboard import routes

    store, rng = Store.open(tmp_path_factory.mktemp("facets") / "store.sqlite3"), np.random.default_rng(2)
    first = now // HOUR * HOUR - DAYS * 24 * HOUR
    buckets = range(first, now, HOUR)
    parts = [stats_to_part("m", "1", b, window(rng, late=b >= now - 24 * HOUR)) for b in buckets]
    envelope = Envelope(schema_v=1, boot_id="boot-0001", seq=1, sent_at=now, window_seconds=HOUR, parts=parts)
    store.ingest(PROJECT, envelope, float(now))
    store.compact(limit=10_000)
    found = {"stream": "features", "name": "embedding::norm", "effect": 0.7, "explanation": "It has shifted."}
    store.save_issues(PROJECT, "m", [issue(now - 24 * HOUR, deployment="m", columns=[found])])
    with TestClient(Starlette(routes=list(routes(store)))) as client:
        yield lambda name: client.get(f"/deployments/m/columns/features/{name}").text
    store.close()


@pytest.mark.parametrize(
    ("name", "kind", "facets"), [("review", "Text", TEXT_FACETS), ("embedding", "List", LIST_FACETS)]
)
def test_a_column_without_values_shows_its_facets(page, name, kind, facets):
    text = page(name)
    assert f'<p class="lead">{kind} ' in text
    links = re.findall(r'<a class="mono" href="[^"]*">(\w+)</a><span class="hint">([^<]+)</span>', text)
    assert links == [(facet, meaning(facet)) for facet in facets]
    assert "No values were sent" not in text


def test_a_facet_that_moved_is_marked(page):
    rows = dict(re.findall(r'(\w+)</a><span class="hint">.*?<span class="drift drift-(\w+)">', page("embedding")))
    assert rows["norm"] == "high"
    assert rows["dimension"] == rows["missing"] == "none"
    assert set(re.findall(r"drift drift-(\w+)", page("review"))) <= {"none", "unknown", "low"}


def test_an_issue_of_a_facet_is_on_the_page_of_its_column(page):
    assert 'href="/issues/1"' in page("embedding")
    assert 'href="/issues/1"' in page("embedding::norm")
    assert 'href="/issues/1"' not in page("review")


def test_a_facet_leads_back_to_its_column(page):
    text = page("embedding::norm")
    assert re.search(r'Euclidean norm of <a class="mono" href="[^"]*/features/embedding(\?[^"]*)?">embedding</a>', text)
    assert "Histogram of embedding::norm" in text


def test_a_column_of_numbers_has_none(page):
    text = page("amount")
    assert '<p class="lead">Number ' in text
    assert 'class="hint">Values of texts' not in text


def test_its_chart_is_that_of_the_facet_that_moved_most(page):
    text = page("embedding")
    assert re.search(r"largest shift of its facets <span class=.drift drift-high.>", text)
    assert re.search(r"Quantiles of embedding::(norm|projection_\d)", text)
    assert "Commonest values" not in text
