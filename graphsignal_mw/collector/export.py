"""Everything that is known of a deployment, as plain records: one window, column, issue or marker each."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.params import LAST, Range, iso, parse_moment
from graphsignal_mw.collector.views import (
    column_view,
    deployment_view,
    exception_view,
    issue_view,
    performance_view,
    totals_view,
)
from graphsignal_mw.stats import WindowStats
from graphsignal_mw.store import Deployment, Store, Totals, plain

DAY = 86400
ALWAYS = Range(0, LAST)
Record = dict[str, Any]


@dataclass(frozen=True)
class Lines:
    """Records that are sent as JSON Lines, while they are read."""

    records: Iterator[Record]

    def __iter__(self) -> Iterator[str]:
        """Return one JSON document a line."""
        return (json.dumps(plain(record)) + "\n" for record in self.records)


def export_deployment(call: Call) -> Lines:
    """Answer with everything that is known of a deployment, in a range or (default) from the first window on."""
    deployment = call.deployment()
    start = parse_moment("from", call.query["from"]) if call.query.get("from") else 0
    end = parse_moment("to", call.query["to"]) if call.query.get("to") else LAST
    return Lines(records(call.store, deployment, Range(start, end)))


def records(store: Store, deployment: Deployment, when: Range = ALWAYS) -> Iterator[Record]:
    """Return the records of a range, a day in memory at a time. ``record`` says what each is."""
    start, end = when
    project, name = deployment.project, deployment.name
    yield {"record": "deployment", **deployment_view(deployment)}
    first = max(start, deployment.first_window) // DAY * DAY
    for day in range(first, min(end, deployment.last_window + 1), DAY):
        span = (max(start, day), min(end, day + DAY))
        for version in ("", *store.versions(project, name, *span)):
            for bucket, stats in store.profiles(project, name, *span, version=version):
                window = {"time": iso(bucket), "version": version}
                yield from ({**record, **window} for record in _window(stats))
    for marker in store.markers(project, name, start, end):
        yield {"record": "marker", **asdict(marker)}
    yield from ({"record": "issue", **issue_view(each)} for each in store.issues(project, deployment=name))


def _window(stats: WindowStats) -> Iterator[Record]:
    totals = Totals(counters=stats.counters, latency=stats.latency, window_count=1)
    yield {"record": "window", **totals_view(totals)}
    for stream in ("features", "predictions"):
        for name, column in sorted(getattr(stats, stream).columns.items()):
            yield {"record": "column", **column_view(stream, name, column)}
    for segment, performance in sorted(stats.performance.items()):
        yield {"record": "performance", **performance_view(segment, performance)}
    for kind in stats.exceptions.kinds.values():
        yield {"record": "exception", **exception_view(kind)}
