"""What is missing is counted by reason: in stats(), in the upload, in the API of a real collector, on its page."""

import time

import pytest
from collector.service import Service

from .traffic import LABELS, NAMED, Captured, mapper, request
from .waiting import wait_for

SOME = [(b"content-type", b"application/json"), (b"x-big", b"x" * 2000)]


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    started = Service(tmp_path_factory.mktemp("losses") / "data")
    yield started
    started.stop()


class Observed:
    """One deployment as the collector knows it."""

    def __init__(self, collector, agent, deployment, sent):
        assert agent.flush(30)
        path = f"/deployments/{deployment}"

        def compacted():
            totals = collector.client.get(f"/api/v1{path}").json()
            return totals if totals.get("requests", 0) + sum(totals.get("dropped", {}).values()) >= sent else None

        self.totals, self.stats = wait_for(compacted), agent.stats()
        self.page = collector.client.get(path, headers={"Accept": "text/html"}).text


def submit(agent, n, of, **fields):
    for _ in range(n):
        agent.submit(Captured(request(of, started_at=time.time(), **fields)))


@pytest.mark.parametrize(
    ("bounds", "fields"),
    [
        ({"max_queue_records": 10}, {}),
        ({"max_queue_bytes": 1024}, {"request_body": b'{"x": {"a": 1}, "more": "' + b"x" * 600 + b'"}'}),
        ({"max_queue_bytes": 1024 * 1024}, {"request_headers": SOME}),
    ],
    ids=["records", "bytes of bodies", "bytes of headers"],
)
def test_a_full_queue_drops_and_counts(make, collector, bounds, fields, request):
    agent, name = make(collector.url, **bounds), f"full-{request.node.callspec.id.replace(' ', '-')}"
    submit(agent, 3000, mapper(deployment=name), **fields)
    seen = Observed(collector, agent, name, 3000)
    dropped = seen.totals["dropped"]["queue_full"]
    assert (dropped > 0, seen.totals["requests"] + dropped) == (True, 3000)
    assert seen.stats["dropped.queue_full"] == dropped
    assert f"queue full {dropped:,}" in seen.page
    assert agent.pipeline.queue.bytes == 0


def test_drops_of_a_name_from_the_path_reach_the_collector_with_its_first_success(make, collector):
    agent, named = make(collector.url, max_queue_records=10), mapper(NAMED)
    submit(agent, 2000, named, status=422, name="invented")
    submit(agent, 2000, named, name="named")
    wait_for(lambda: agent.stats()["queued"] == 0)
    submit(agent, 1, named, name="named")
    seen = Observed(collector, agent, "named", 2001)
    assert seen.totals["requests"] + seen.totals["dropped"]["queue_full"] == 2001
    assert collector.client.get("/api/v1/deployments/invented").status_code == 404
    assert seen.stats["requests"] + seen.stats["dropped.queue_full"] + seen.stats["unproven"] >= 4001


def test_a_defect_of_ours_costs_its_record_and_is_counted(make, collector):
    agent = make(collector.url)
    of = mapper(deployment="defect", metadata={"model_version": "$request.headers.x-version"})
    submit(agent, 4, of)
    submit(agent, 3, of, request_headers=[(b"x-version", ["no text"])])
    seen = Observed(collector, agent, "defect", 7)
    assert (seen.totals["requests"], seen.totals["dropped"]) == (4, {"internal_AttributeError": 3})
    assert seen.stats["dropped.internal_AttributeError"] == 3
    assert "internal AttributeError 3" in seen.page


@pytest.mark.parametrize("state", ["truncated", "skipped", "incomplete"])
def test_a_body_that_was_not_kept_is_counted_by_its_reason(make, collector, state):
    agent = make(collector.url)
    submit(agent, 5, mapper(deployment=state), request_body=b"", request_state=state)
    seen = Observed(collector, agent, state, 5)
    assert (seen.totals["requests"], seen.totals["unparsed"]) == (5, {state: 5})
    assert '"Unparsed"' in seen.page


def test_a_tiny_share_samples_bodies_and_nothing_else(make, collector):
    """How much is sampled depends on the machine; that all of it is counted does not."""
    agent, of = make(collector.url, max_cpu_share=0.001), mapper(deployment="sampled")
    labels = mapper(LABELS, deployment="sampled")
    sent = 0
    while agent.stats().get("sampled", 0) < 100 and sent < 50_000:
        submit(agent, 500, of)
        submit(agent, 10, of, status=422)
        submit(agent, 5, labels)
        sent += 500
        wait_for(lambda: agent.stats()["queued"] == 0)
    seen = Observed(collector, agent, "sampled", sent + sent // 50)
    totals = seen.totals
    assert (totals["dropped"], totals["sampled"] >= 100) == ({}, True)
    assert totals["requests"] == sent + sent // 50
    assert totals["rejected"] == sent // 50
    assert totals["ground_truths"] == sent // 100
    assert totals["predictions"] + totals["sampled"] == sent
    assert totals["sampled"] == seen.stats["sampled"]
    assert "Not looked into" in seen.page
