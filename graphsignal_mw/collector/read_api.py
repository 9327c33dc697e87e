"""The read API: deployments and what is known of them."""

from typing import Any

from graphsignal_mw.collector.call import Call
from graphsignal_mw.collector.pages import Page, paginate
from graphsignal_mw.collector.params import Range, iso
from graphsignal_mw.collector.views import (
    column_view,
    deployment_view,
    exception_view,
    performance_view,
    totals_view,
)
from graphsignal_mw.stats import ACCUMULATOR_K, Column
from graphsignal_mw.store import Deployment

STREAMS = ("features", "predictions")


def list_deployments(call: Call) -> Page:
    """Deployments of the project, sorted by name."""
    found = call.store.deployments(call.project)
    return paginate(found, call.query, lambda d: (d.name,), deployment_view)


def get_totals(call: Call, deployment: Deployment, when: Range) -> dict[str, Any]:
    """Totals of a range: counters and latency in seconds."""
    version = call.query.get("version")
    totals = call.store.totals(call.project, deployment.name, *when, version=version)
    return {
        "deployment": deployment.name,
        "version": version,
        "from": iso(when.start),
        "to": iso(when.end),
        **totals_view(totals),
    }


def list_columns(call: Call, deployment: Deployment, when: Range) -> Page:
    """Columns with their statistics over a range, sorted by stream and name."""
    version = call.query.get("version")
    if call.query.get("segment"):
        found = _segment_columns(call, deployment, when, call.query["segment"])
    else:
        stream = call.choice("stream", STREAMS)
        call.affordable(deployment, when)
        found = call.store.columns(call.project, deployment.name, *when, version=version, stream=stream)
    return paginate(found, call.query, lambda c: c[:2], lambda c: column_view(*c))


def _segment_columns(call: Call, deployment: Deployment, when: Range, segment: str) -> list[tuple[str, str, Column]]:
    call.choice("stream", ("predictions",))  # segments have no features of their own
    merged: dict[str, Column] = {}
    version = call.query.get("version")
    for _, stats in call.store.segment_series(call.project, deployment.name, segment, *when, version=version):
        for name, column in stats.predictions.columns.items():
            merged.setdefault(name, Column(ACCUMULATOR_K)).merge(column)
    return [("predictions", name, column) for name, column in sorted(merged.items())]


def list_versions(call: Call, deployment: Deployment, when: Range) -> Page:
    """Versions that were seen in a range, with their counts."""
    names = call.store.versions(call.project, deployment.name, *when)

    def view(version: str) -> dict[str, Any]:
        totals = call.store.totals(call.project, deployment.name, *when, version=version)
        return {"version": version, **totals_view(totals)}

    return paginate(names, call.query, lambda name: (name,), view)


def list_segments(call: Call, deployment: Deployment, when: Range) -> Page:
    """Segments (``name=value``) that were seen in a range, with their counts."""
    version = call.query.get("version")
    names = call.store.segments(call.project, deployment.name, *when, version=version)
    counters = call.store.segment_counters(call.project, deployment.name, *when, version=version)
    return paginate(names, call.query, lambda name: (name,), lambda name: {"segment": name, **counters.get(name, {})})


def get_performance(call: Call, deployment: Deployment, when: Range) -> dict[str, Any]:
    """Metrics of a range by kind of output, of all predictions or one segment."""
    segment = call.query.get("segment", "")
    version = call.query.get("version")
    found = call.store.performance(call.project, deployment.name, *when, segment=segment, version=version)
    return performance_view(segment, found)


def list_exceptions(call: Call, deployment: Deployment, when: Range) -> Page:
    """Kinds of exception in a range, the commonest first."""
    version = call.query.get("version")
    found = call.store.exceptions(call.project, deployment.name, *when, version=version)
    ranked = list(enumerate(found))
    return paginate(ranked, call.query, lambda e: (e[0],), lambda e: exception_view(e[1]))
