"""From labels that bear only an id to the API and the page of the deployment, with a real collector."""

import pytest
from collector.service import Service

from graphsignal_mw.agent import Agent
from graphsignal_mw.config import Settings


@pytest.fixture
def service(tmp_path):
    started = Service(tmp_path / "data")
    yield started
    started.stop()


def test_metrics_lag_and_labels_without_a_prediction_are_in_the_api_and_on_the_page(service, tmp_path):
    agent = Agent(Settings(url=service.url, spool_dir=str(tmp_path / "spool"), join_hours=1, min_count=1))
    sess = agent.session("model")
    for number in range(20):
        sess.log_prediction({"a": number}, number % 2 == 0, prediction_id=number)
    sess.log_ground_truth_batch([True] * 25, prediction_ids=list(range(25)))
    assert agent.shutdown(30)
    api = "/api/v1/deployments/model"

    def computed():
        found = service.client.get(f"{api}/performance").json()
        return found if found.get("n") == 20 else None

    assert service.until(computed)["accuracy"] == 0.5
    totals = service.client.get(api).json()
    assert totals["label_lag"] == {"minute": 20}
    assert totals["unmatched"] == {"join": 5}
    lag = service.client.get(f"{api}/series", params={"metric": "label_lag"}).json()
    assert sum(point["value"] or 0 for point in lag["points"]) == 20
    page = service.client.get("/deployments/model").text
    assert "Labels joined" in page
    assert "20 within a minute, 5 without a prediction" in page


def test_what_stands_behind_the_metrics_is_in_the_api(service, tmp_path):
    agent = Agent(Settings(url=service.url, spool_dir=str(tmp_path / "spool"), min_count=1))
    agent.session("numeric").log_ground_truth_batch([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    agent.session("categorical").log_ground_truth_batch(["a", "a", "b"], ["a", "a", "a"])
    assert agent.shutdown(30)

    def found(name, what):
        return service.until(lambda: service.client.get(f"/api/v1/deployments/{name}/performance").json().get(what))

    assert {found("numeric", "error_quantiles")[share] for share in ("p01", "p50", "p99")} == {1.0}
    pairs = [tuple(each.values()) for each in found("categorical", "confusion")]
    assert pairs == [("a", "a", 2), ("b", "a", 1)]
