import json
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from graphsignal_mw.delivery.frames import unpack
from graphsignal_mw.demo.client import AppClient
from graphsignal_mw.demo.data import FEATURES, load_flights
from graphsignal_mw.demo.plan import make_plan
from graphsignal_mw.demo.sent import Sent
from graphsignal_mw.store import Store
from graphsignal_mw.wire import decode
from tests.collector.service import Service

from .commands import FOLDER, App, command_of, run

APPS = {"fastapi": ("uvicorn", signal.SIGTERM), "flask": ("flask", signal.SIGINT)}
LOSSES = ("sampled", "dropped", "unparsed", "unmatched", "mismatched", "aborted")
DAYS, FLIGHTS, ASKED = 3, 300, 40
ALL_TIME = {"from": 10**9, "to": 4 * 10**9}


@dataclass
class Replay:
    """An app after its replay, ended; ``answers`` are to the flights that both were asked about."""

    collector: Service
    sent: dict[str, int]
    answers: list[Any]
    code: int

    def read(self, path="", **params):
        return read(self.collector, path, **params)


def read(collector, path="", deployment="flights", **params):
    return collector.client.get(f"/api/v1/deployments/{deployment}{path}", params={**ALL_TIME, **params}).json()


@pytest.fixture(scope="module")
def departures():
    plan = make_plan(load_flights(), time.time())
    return plan.departures(plan.live)[-ASKED:]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts a collector for an app, or an app for a collector."""
    with ExitStack() as stack:

        def start_collector():
            collector = Service(tmp_path_factory.mktemp("collector") / "data")
            stack.callback(collector.stop)
            return collector

        def start_app(name, collector, **environ):
            app = App(APPS[name][0], environ_of(collector, **environ), collector.folder.with_name("app.log"))
            stack.callback(app.stop, signal.SIGKILL)
            return app

        yield lambda *given, **environ: start_app(*given, **environ) if given else start_collector()


def environ_of(collector, **more):
    return {
        "GRAPHSIGNAL_MW_URL": collector.url,
        "GRAPHSIGNAL_MW_SPOOL_DIR": str(collector.folder.with_name("spool")),
        **more,
    }


def ask(app, departures, sent):
    with AppClient(app.url, sent) as client:
        return client.predict(departures)


@pytest.fixture(scope="module")
def replays(start, departures):
    """Both apps, each with its collector: a short replay, some more flights, and its end by a signal."""
    collectors = {name: start() for name in APPS}
    apps = {name: start(name, collectors[name]) for name in APPS}
    with ThreadPoolExecutor() as pool:  # each waits for its processes
        found = pool.map(lambda name: replayed(apps[name], collectors[name], APPS[name][1], departures), APPS)
        return dict(zip(APPS, found, strict=True))


def replayed(app, collector, number, departures):
    app.wait()
    command = [app.url if word.startswith("http://") else word for word in command_of("python replay.py")]
    printed = run([*command, "--days", str(DAYS), "--flights", str(FLIGHTS)], environ_of(collector))
    sent = Sent(**json.loads(printed.splitlines()[-1].removeprefix("Sent: ")))
    answers = ask(app, departures, sent)
    code = app.stop(number)
    settle(collector)
    return Replay(collector, sent.as_dict(), answers, code)


def settle(collector):
    """Wait until everything that was uploaded is in the windows that the read API looks at."""
    with closing(Store.open(collector.folder)) as store:
        collector.until(lambda: store.sizes()["dirty"] == 0)


@pytest.mark.parametrize("name", APPS)
def test_every_record_is_counted_once_when_the_app_has_ended(replays, name):
    """History by the logger, requests by the middleware, labels by /feedback, and what the app refused or failed on."""
    replay = replays[name]
    totals = replay.read()
    assert replay.sent["requests"] == FLIGHTS + ASKED + 7
    assert replay.sent["predictions"] > FLIGHTS + ASKED + DAYS * 500
    assert replay.sent["ground_truths"] == replay.sent["predictions"] - ASKED
    assert {each: totals[each] for each in replay.sent} == replay.sent
    assert {each: totals[each] for each in LOSSES if totals[each]} == {}


@pytest.mark.parametrize("name", APPS)
def test_every_flight_arrives_with_every_feature(replays, name):
    columns = {(column["stream"], column["name"]): column for column in replays[name].read("/columns")}
    counts = {feature: columns["features", feature]["count"] for feature in FEATURES}
    assert counts == dict.fromkeys(FEATURES, replays[name].sent["predictions"])
    assert columns["features", "wind_speed"]["missing"] > 50  # the silent station


@pytest.mark.parametrize("name", APPS)
def test_batches_and_requests_share_their_segments(replays, name):
    counts = {segment["segment"]: segment["predictions"] for segment in replays[name].read("/segments")}
    origins = [f"origin={airport}" for airport in ("EWR", "JFK", "LGA")]
    versions = [f"client_version={version}" for version in ("1.9.4", "2.0.0", "2.1.0")]
    assert sorted(counts) == versions + origins
    totals = [sum(counts[segment] for segment in group) for group in (origins, versions)]
    assert totals == [replays[name].sent["predictions"]] * 2


@pytest.mark.parametrize("name", APPS)
def test_the_exception_that_the_app_raised_is_named(replays, name):
    [exception] = replays[name].read("/exceptions")
    assert (exception["type"], exception["count"]) == ("ValueError", 2)


@pytest.mark.parametrize("name", APPS)
def test_the_app_ends_in_order(replays, name):
    assert replays[name].code in {0, -APPS[name][1]}  # uvicorn raises the signal again when it has cleaned up


def test_both_apps_give_the_same_predictions(replays):
    answers = [replay.answers for replay in replays.values()]
    assert len(answers[0]) == ASKED
    assert answers[0] == answers[1]


def test_what_sigterm_takes_from_flask_run_is_uploaded_by_the_next_process(start, departures):
    """Trap 44: no exit handler runs; the checkpoint counts."""
    collector, sent = start(), Sent()
    app = start("flask", collector, GRAPHSIGNAL_MW_UPLOAD_SECONDS="3600", GRAPHSIGNAL_MW_CHECKPOINT_SECONDS="0.1")
    app.wait()
    ask(app, departures, sent)
    collector.until(lambda: checkpointed(collector) == ASKED)
    assert app.stop(signal.SIGTERM) == -signal.SIGTERM
    assert collector.client.get("/api/v1/deployments").json() == []
    app.start()
    app.wait()
    ask(app, departures[:3], sent)
    app.stop(signal.SIGINT)
    settle(collector)
    totals = read(collector)
    assert (totals["requests"], totals["predictions"]) == (sent.requests, sent.predictions) == (ASKED + 3, ASKED + 3)


def checkpointed(collector):
    """The predictions in the checkpoint of the open windows."""
    files = collector.folder.with_name("spool").glob("*/*/*.open")
    parts = [part for file in files for body in unpack(file.read_bytes()) for part in decode(body.data).parts]
    return sum(part.counters.get("predictions", 0) for part in parts)


def test_the_batch_job_logs_a_day_by_the_logger_alone(start):
    collector = start()
    printed = run([*command_of("python replay.py")[:1], "batch_job.py", "2"], environ_of(collector))
    flights = int(re.fullmatch(r"Logged (\d+) flights\.\n", printed)[1])
    settle(collector)
    totals = read(collector, deployment="flights_nightly")
    assert flights > 500
    assert (totals["predictions"], totals["ground_truths"], totals["requests"]) == (flights, flights, 0)


@pytest.mark.parametrize("name", APPS)
def test_monitoring_is_one_added_line(name):
    lines = (FOLDER / f"{name}_app.py").read_text().splitlines()
    ours = [line for line in lines if "graphsignal" in line and not line.startswith("import ")]
    assert len(ours) == 1
    assert ours[0].endswith("# monitoring: the one added line")
