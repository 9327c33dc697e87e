"""``graphsignal-mw check``."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from graphsignal_mw.cli.dry_run import DryRun, Sample, dry_run
from graphsignal_mw.cli.openapi import OpenApi
from graphsignal_mw.config import Config, load_config
from graphsignal_mw.errors import ConfigError
from graphsignal_mw.mapping import Endpoint

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_TYPES = {".csv": b"text/csv", ".jsonl": b"application/jsonlines", ".ndjson": b"application/x-ndjson"}


@click.command()
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--openapi", type=_file, help="OpenAPI document (JSON) of the app: every endpoint is tried on it.")
@click.option("--request", type=_file, help="Sample of a request body: JSON, or .jsonl and .csv for a preset.")
@click.option("--response", type=_file, help="Sample of the response body, likewise.")
@click.option("--endpoint", metavar="PATH", help="Endpoint that the samples are of, where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    *,
    config: Path,
    openapi: Path | None,
    request: Path | None,
    response: Path | None,
    endpoint: str | None,
    as_json: bool,
) -> None:
    """Check CONFIG, a monitoring.yaml, before it goes live.

    Names every mistake with its line. With sample bodies or an OpenAPI document it is a dry run too: it shows the
    columns that each endpoint would give, and fails where a path finds nothing.

    \b
    Examples:
      graphsignal-mw check monitoring.yaml
      graphsignal-mw check monitoring.yaml --request request.json --response response.json
      graphsignal-mw check monitoring.yaml --openapi openapi.json
    """  # noqa: D301 - click wants the character \b
    loaded = load_config(config)
    runs: list[DryRun] = []
    if openapi is not None:
        runs += _try_document(loaded, OpenApi(_read(openapi)))
    if request is not None or response is not None:
        chosen = _chosen(loaded, endpoint)
        runs.append(dry_run(chosen, _sample(request), _sample(response)))
    click.echo(json.dumps(_as_dict(loaded, runs), indent=2) if as_json else "\n".join(_lines(loaded, runs)))
    if any(run.problems for run in runs):
        raise click.exceptions.Exit(1)


def _try_document(loaded: Config, document: OpenApi) -> list[DryRun]:
    return [_try_operation(endpoint, document) for endpoint in loaded.endpoints]


def _try_operation(endpoint: Endpoint, document: OpenApi) -> DryRun:
    path = endpoint.path.replace(":path}", "}")
    method = next((method for method in endpoint.methods if document.has(path, method)), None)
    if method is None:
        problem = f"no {' or '.join(endpoint.methods)} {path} in the OpenAPI document"
        return DryRun(endpoint=endpoint, deployment=endpoint.deployment, instances=0, problems=[problem])
    return dry_run(endpoint, *map(Sample.of, document.bodies(path, method)))


def _chosen(loaded: Config, path: str | None) -> Endpoint:
    found = [each for each in loaded.endpoints if path is None or each.path == path]
    if len(found) != 1:
        known = ", ".join(each.path for each in loaded.endpoints) or "none"
        raise click.UsageError(f"--endpoint: {path!r}; expected one of the endpoints of the file ({known})")
    return found[0]


def _sample(path: Path | None) -> Sample:
    if path is not None and path.suffix.lower() in _TYPES:
        return Sample(path.read_bytes(), _TYPES[path.suffix.lower()])
    return Sample.of(None if path is None else _read(path))


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ConfigError([f"{path}: {error}; expected JSON"]) from None


def _as_dict(loaded: Config, runs: Sequence[DryRun]) -> dict[str, Any]:
    endpoints = [
        {"path": e.path, "kind": e.kind, "preset": e.preset, "deployment": e.deployment} for e in loaded.endpoints
    ]
    return {"valid": True, "endpoints": endpoints, "dry_runs": [run.as_dict() for run in runs]}


def _lines(loaded: Config, runs: Sequence[DryRun]) -> list[str]:
    lines = [
        f"{loaded.source}: valid, {len(loaded.endpoints)} endpoints",
        *(
            f"  {','.join(each.methods)} {each.path}  {each.preset or each.kind}  {each.deployment}"
            for each in loaded.endpoints
        ),
    ]
    for run in runs:
        lines.append(f"\n{run.endpoint.path} would give {run.instances} of {run.deployment}:")
        lines += [f"  {stream:<12} {name:<32} {kind}" for stream, name, kind in run.columns]
        lines += [f"  PROBLEM {problem}" for problem in run.problems]
    return lines
