"""``graphsignal-mw export``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from graphsignal_mw.cli.options import database_options, existing_store
from graphsignal_mw.collector import Lines, records
from graphsignal_mw.errors import MissingExtraError
from graphsignal_mw.store import plain

_ROWS = 5000  # of a row group
Record = dict[str, Any]


@click.command()
@click.argument("deployment")
@click.option("--project", default="default", show_default=True, help="Project of the deployment.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File: .jsonl for everything, .parquet for the columns; default JSON Lines on standard output.",
)
@database_options
def export(*, deployment: str, project: str, output: Path | None, data_dir: Path, database_url: str | None) -> None:
    """Write everything that is known of DEPLOYMENT: windows, columns, performance, exceptions, markers, issues.

    \b
    Examples:
      graphsignal-mw export fraud_detection_prod --output fraud.jsonl
      graphsignal-mw export fraud_detection_prod --output fraud.parquet
    """  # noqa: D301 - click wants the character \b
    if output is not None and output.suffix not in {".jsonl", ".parquet"}:
        raise click.UsageError(f"--output: {str(output)!r}; expected a name that ends in .jsonl or .parquet")
    store = existing_store(data_dir, database_url)
    found = records(store, store.deployment(project, deployment))
    if output is None:
        _write_lines(found, sys.stdout)
    elif output.suffix == ".jsonl":
        with output.open("w") as file:
            _write_lines(found, file)
    else:
        _write_parquet(map(plain, found), output)


def _write_lines(found: Iterator[Record], file: TextIO) -> None:
    for line in Lines(found):
        file.write(line)


def _write_parquet(found: Iterator[Record], path: Path) -> None:
    """Write one row for each column and window; numbers as such, what is nested as JSON."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise MissingExtraError("Parquet", "parquet") from None
    schema = pa.schema(
        [
            ("time", pa.timestamp("s", "UTC")),
            *((name, pa.string()) for name in ("version", "stream", "name")),
            *((name, pa.int64()) for name in ("count", "missing", "zeros", "empties", "distinct")),
            *((name, pa.float64()) for name in ("min", "max", "mean", "std")),
            *((name, pa.string()) for name in ("quantiles", "types", "frequent", "lengths")),
        ]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for rows in _chunks(record for record in found if record["record"] == "column"):
            times = pa.array([row.pop("time").removesuffix("Z") for row in rows]).cast(pa.timestamp("s"))
            table = pa.Table.from_pylist(rows, schema.remove(0))
            writer.write_table(table.add_column(0, "time", times.cast(schema.field("time").type)).cast(schema))


def _chunks(found: Iterator[Record]) -> Iterator[list[Record]]:
    rows: list[Record] = []
    for record in found:
        rows.append({key: json.dumps(v) if isinstance(v, (dict, list)) else v for key, v in record.items()})
        if len(rows) == _ROWS:
            yield rows
            rows = []
    if rows:
        yield rows
