"""Everything of one demo: the plan, the model, the processes, and what was sent."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import graphsignal_mw as graphsignal
from graphsignal_mw.demo.bare import MODEL_VARIABLE
from graphsignal_mw.demo.client import AppClient
from graphsignal_mw.demo.collector_api import CollectorApi
from graphsignal_mw.demo.data import load_flights
from graphsignal_mw.demo.model import LateArrivals, train
from graphsignal_mw.demo.plan import Plan, make_plan
from graphsignal_mw.demo.processes import Service, app_service, collector_service, free_port
from graphsignal_mw.demo.sent import Sent

DEPLOYMENT = "flights_demo"


@dataclass(frozen=True, kw_only=True)
class World:
    """One running demo."""

    plan: Plan
    model: LateArrivals
    collector: Service
    app: Service
    client: AppClient
    api: CollectorApi
    sent: Sent
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the demo started."""
        return time.monotonic() - self.started

    def check(self) -> None:
        """Raise :class:`ProcessError` when the collector or the app has ended on its own."""
        self.collector.check()
        self.app.check()


@contextmanager
def running_world(port: int = 0) -> Iterator[World]:
    """Start collector and app and configure the logger of this process; end it all afterwards.

    ``port`` is the collector's, 0 for a free one. Data lives in a temporary folder, which is removed.

    Raises:
        ProcessError: when a process does not start.

    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="graphsignal-mw-demo-")))
        collector = collector_service(folder, port or free_port())
        stack.callback(collector.stop)
        collector.start()
        flights = load_flights()
        collector.check()  # a port that is taken is known by now
        model = train(flights)
        model.save(folder / "model.joblib")
        app = app_service(folder, free_port(), _app_environ(folder, collector.url))
        stack.callback(app.stop)
        app.start()
        collector.wait()
        _configure(folder, collector.url)
        stack.callback(graphsignal.shutdown)
        app.wait()
        plan, sent = make_plan(flights, time.time()), Sent()
        client = stack.enter_context(AppClient(app.url, sent))
        api = CollectorApi(collector.url, DEPLOYMENT, plan.period.now(plan.period.start) - 3600)
        yield World(plan=plan, model=model, collector=collector, app=app, client=client, api=api, sent=sent)


def _app_environ(folder: Path, url: str) -> dict[str, str]:
    return {
        MODEL_VARIABLE: str(folder / "model.joblib"),
        "GRAPHSIGNAL_MW_URL": url,
        "GRAPHSIGNAL_MW_SPOOL_DIR": str(folder / "spool"),
    }


def _configure(folder: Path, url: str) -> None:
    graphsignal.configure(
        url=url, window_seconds=3600, upload_seconds=2.0, strict=True, spool_dir=str(folder / "spool")
    )
