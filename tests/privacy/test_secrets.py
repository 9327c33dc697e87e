"""No secret that was planted is in any byte that was uploaded or spooled; what may be named is."""

import pytest
from collector.service import Service

import graphsignal_mw as graphsignal

from .plant import ALLOWED, COMMON, Plant
from .secret import MARK, Secrets, files, leaks
from .sink import Sink


@pytest.fixture
def sink():
    started = Sink()
    yield started
    graphsignal.shutdown(10)
    started.close()


def planted(sink, folder, rounds, **settings):
    """Send traffic; return what was uploaded and what was in the spool meanwhile, and how many secrets there were."""
    secret, spooled = Secrets(), []
    own = {"collector": {"url": sink.url}, "spool_dir": str(folder), "upload_seconds": 3600, **settings}
    plant = Plant(secret, own | {"checkpoint_seconds": 0.1, "limits": {"max_cpu_share": 1}})
    for away in (True, False, True):
        sink.away = away
        plant.send(rounds // 3)
        graphsignal.tick()
        spooled += files(folder)
        graphsignal.flush(5 if not away else 0.5)
        spooled += files(folder)
    sink.away = False
    stats = graphsignal.stats()
    assert not [name for name in stats if name.startswith(("dropped.internal", "faults", "join_errors"))], stats
    assert stats["predictions"] > 6 * rounds
    graphsignal.shutdown(30)
    return [*sink.uploads, *spooled, *files(folder)], secret.planted


@pytest.mark.parametrize(
    ("rounds", "least"), [(150, 10_000), pytest.param(1500, 100_000, marks=pytest.mark.full)], ids=str
)
def test_no_secret_leaves_the_process(sink, tmp_path, rounds, least):
    pieces, count = planted(sink, tmp_path, rounds)
    assert count >= least
    assert leaks(pieces) == []
    everything = b"".join(pieces)
    # It would be a poor test if nothing left, or if it did not look inside.
    words = ("review::words", "review::length", "tags::dimension")  # of texts and lists this is what leaves
    for name in (
        COMMON,
        "ModelError",
        "narrow",
        "wide",
        "preset",
        "plain",
        "logged",
        "customer.id",
        "KeyError",
        *words,
    ):
        assert name.encode() in everything, name


def test_with_a_list_of_what_is_allowed_nothing_else_is_even_named(sink, tmp_path):
    pieces, _ = planted(sink, tmp_path, 6, privacy={"allow": ALLOWED, "min_count": 1})
    everything = b"".join(pieces)
    assert COMMON.encode() in everything
    assert [name for name in ("customer", "tags", "card", "owner", "email") if name.encode() in everything] == []


def test_the_search_finds_what_a_process_is_told_to_name(sink, tmp_path):
    """With ``min_count`` 1 strings seen once may be named: if none is found, it is the search that fails."""
    secret = Secrets()
    graphsignal.configure(url=sink.url, spool_dir=str(tmp_path), min_count=1)
    for _ in range(3):
        graphsignal.session("model").log_prediction({"country": secret()}, True)
    graphsignal.shutdown(10)
    assert len(leaks(sink.uploads)) == 3
    assert MARK.encode() not in sink.uploads[0]


@pytest.mark.parametrize("times", [4, 5])
def test_a_value_is_named_from_min_count_on(sink, tmp_path, times):
    secret = Secrets()
    graphsignal.configure(url=sink.url, spool_dir=str(tmp_path), min_count=5)
    name = secret()
    values = [name] * times + ["other"] * 50
    graphsignal.session("model").log_prediction_batch({"country": values}, [True] * len(values))
    graphsignal.session("model").log_ground_truth_batch(values, values)
    graphsignal.shutdown(10)
    assert bool(leaks(sink.uploads)) == (times >= 5)
    assert any(b"other" in each for each in sink.uploads)


@pytest.mark.full
def test_no_secret_is_on_the_disk_of_a_collector(tmp_path):
    service, secret = Service(tmp_path / "data"), Secrets()
    own = {"collector": {"url": service.url}, "spool_dir": str(tmp_path / "spool"), "upload_seconds": 3600}
    Plant(secret, own | {"limits": {"max_cpu_share": 1}}).send(150)
    assert graphsignal.shutdown(60)
    service.until(lambda: service.client.get("/api/v1/deployments/wide").json().get("predictions"))
    shown = [
        service.client.get(f"/api/v1/deployments/{name}{view}").content
        for name in ("wide", "narrow", "plain", "preset", "logged")
        for view in ("", "/columns", "/performance", "/exceptions", "/segments")
    ]
    service.stop()
    assert secret.planted >= 10_000
    assert COMMON.encode() in b"".join(shown)
    assert leaks(shown) == []
    assert leaks(files(tmp_path)) == []
