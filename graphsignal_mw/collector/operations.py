"""The table of the read API: what is routed, and what the OpenAPI document says."""

from dataclasses import dataclass

from graphsignal_mw.collector import admin, export, issues, markers, read_api, series
from graphsignal_mw.collector.call import Handler, with_deployment

RANGE = ("from", "to")
PAGED = ("limit", "cursor")
_D = "/api/v1/deployments/{deployment}"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path. ``summary`` is for people, ``parameters`` are those of the query."""

    path: str
    handler: Handler
    summary: str
    parameters: tuple[str, ...] = ()
    method: str = "GET"
    status: int = 200
    body: bool = False
    media_type: str = "application/json"


OPERATIONS = (
    Operation(
        path="/api/v1/deployments",
        handler=read_api.list_deployments,
        summary="Deployments of the project, sorted by name.",
        parameters=PAGED,
    ),
    Operation(
        path=f"{_D}/columns",
        handler=with_deployment(read_api.list_columns),
        summary="Columns with their statistics over a range.",
        parameters=(*RANGE, "version", "segment", "stream", *PAGED),
    ),
    Operation(
        path=f"{_D}/series",
        handler=with_deployment(series.get_series),
        summary="One number along time, of a column or of the deployment.",
        parameters=(*RANGE, "version", "segment", "stream", "column", "metric", "step"),
    ),
    Operation(
        path=f"{_D}/versions",
        handler=with_deployment(read_api.list_versions),
        summary="Versions seen in a range, with their totals.",
        parameters=(*RANGE, *PAGED),
    ),
    Operation(
        path=f"{_D}/segments",
        handler=with_deployment(read_api.list_segments),
        summary="Segments seen in a range, with their counts.",
        parameters=(*RANGE, "version", *PAGED),
    ),
    Operation(
        path=f"{_D}/markers",
        handler=with_deployment(markers.list_markers),
        summary="Releases and other moments in a range.",
        parameters=(*RANGE, *PAGED),
    ),
    Operation(
        path=f"{_D}/markers",
        handler=markers.add_marker,
        summary="Annotate a moment, such as a release: text, and at (default now).",
        method="POST",
        status=201,
        body=True,
    ),
    Operation(
        path=f"{_D}/performance",
        handler=with_deployment(read_api.get_performance),
        summary="Metrics of a range, of all predictions or of one segment.",
        parameters=(*RANGE, "version", "segment"),
    ),
    Operation(
        path=f"{_D}/exceptions",
        handler=with_deployment(read_api.list_exceptions),
        summary="Kinds of exception in a range, the commonest first.",
        parameters=(*RANGE, "version", *PAGED),
    ),
    Operation(
        path=f"{_D}/export",
        handler=export.export_deployment,
        summary="Everything that is known of a deployment, as JSON Lines; default from its first window on.",
        parameters=RANGE,
        media_type="application/x-ndjson",
    ),
    Operation(
        path=f"{_D}/rename",
        handler=admin.rename_deployment,
        summary="Give a deployment another name; what is uploaded under the one before still belongs to it.",
        method="POST",
        body=True,
    ),
    # A name may hold slashes: what is longer comes first.
    Operation(
        path=_D,
        handler=with_deployment(read_api.get_totals),
        summary="Totals of a range: counters, and latency in seconds.",
        parameters=(*RANGE, "version"),
    ),
    Operation(
        path=_D,
        handler=admin.delete_deployment,
        summary="Delete a deployment: its windows, issues and markers. What is uploaded later makes it anew.",
        method="DELETE",
    ),
    Operation(
        path="/api/v1/audit", handler=admin.list_audit, summary="Who did what, the latest first.", parameters=("limit",)
    ),
    Operation(
        path="/api/v1/issues",
        handler=issues.list_issues,
        summary="Issues, the latest opened first.",
        parameters=("deployment", "state", *PAGED),
    ),
    Operation(path="/api/v1/issues/{id}", handler=issues.get_issue, summary="One issue, with what happened to it."),
    *(
        Operation(path=f"/api/v1/issues/{{id}}/{action}", handler=issues.act(action), summary=summary, method="POST")
        for action, summary in (
            ("acknowledge", "Someone is looking at it."),
            ("mute", "Stay silent until it is over."),
            ("resolve", "It is repaired; it opens anew if it comes back."),
            ("accept", "It is right as it is now."),
        )
    ),
)
