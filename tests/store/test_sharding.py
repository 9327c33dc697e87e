"""What is asked of tables of windows names project and deployment: a database sharded by them knows where to look."""

import inspect
import re

import pytest
from sqlalchemy import event

from graphsignal_mw.store import Store, schema

from .envelopes import BUCKET, envelope, rich_window

PROJECT = "default"
DAY = 86400
TABLES = {table.name for table in schema.metadata.sorted_tables if "bucket" in table.c}
TABLE = "|".join(sorted(TABLES))
ARGUMENTS = {
    "project": PROJECT,
    "deployment": "model",
    "stream": "features",
    "name": "x",
    "segment": "plan=a",
    "start": BUCKET,
    "end": BUCKET + DAY,
    "since": BUCKET,
    "step": 3600,
    "seconds": 300,
}
READS = [
    name
    for name, method in inspect.getmembers(Store, inspect.isfunction)
    if {"project", "deployment"} < (known := {*inspect.signature(method).parameters}) and known & {"start", "since"}
]
# What is asked of all deployments at once, and for what.
OF_ALL = {
    ("compact", "dirty"): "which windows wait to be computed",
    ("outline_past", "outlines"): "which hours and days wait",
    ("purge", "parts"): "which windows have uploads that came long ago",
    ("purge", "dirty"): "which of those wait",
    ("sizes", "parts"): "how many rows there are",
    ("sizes", "dirty"): "how many rows there are",
    ("sizes", "windows"): "how many rows there are",
}


class Unsharded:
    """Tables of which a store asks something without saying of which deployment, with what it was doing."""

    def __init__(self, store):
        self.store, self.doing, self.asked, self.found = store, "", set(), set()
        event.listen(store.engine, "before_cursor_execute", self._look)

    def during(self, name, /, **arguments):
        self.doing = name
        getattr(self.store, name)(**arguments)

    def _look(self, _, __, statement, *___):
        tables = set(re.findall(rf"\b(?:FROM|JOIN|INTO|UPDATE) ({TABLE})\b", statement))
        self.asked |= tables
        self.found |= {(self.doing, table) for table in tables - said_of(statement)}


def said_of(statement):
    """Tables of which a statement says project and deployment, or that those are the ones of such a table."""
    if inserted := re.match(rf"INSERT INTO ({TABLE}) \(project, deployment,", statement):
        return {inserted[1]}
    named = {column: set(re.findall(rf"({TABLE})\.{column} = [?%]", statement)) for column in ("project", "deployment")}
    for column, known in named.items():
        for one, other in 2 * re.findall(rf"({TABLE})\.{column} = ({TABLE})\.{column}", statement):
            if known & {one, other}:
                known.update((one, other))
    return named["project"] & named["deployment"]


def test_all_that_is_asked_of_windows_names_project_and_deployment(store):
    unsharded = Unsharded(store)
    for seq in range(2):
        window = envelope(rich_window(), seq=seq, bucket=BUCKET + 300 * seq)
        unsharded.during("ingest", project=PROJECT, envelope=window, received_at=float(BUCKET))
    unsharded.during("compact")
    unsharded.during("outline_past", now=BUCKET + 3 * DAY)
    of_it = {"project": PROJECT, "deployment": "model", "seconds": 300}
    unsharded.during("save_bins", **of_it, edges={("features", "x"): b"edges"}, counts={BUCKET: b"counts"})
    for name in READS:
        known = inspect.signature(getattr(store, name)).parameters.values()
        needed = [each.name for each in known if each.default is each.empty and each.kind is not each.VAR_KEYWORD]
        unsharded.during(name, **{argument: ARGUMENTS[argument] for argument in needed})
    for age in (4, 38, 92, 402, 733):
        unsharded.during("purge", now=BUCKET + age * DAY)
    unsharded.during("ingest", project=PROJECT, envelope=window, received_at=float(BUCKET))
    unsharded.during("rename_deployment", project=PROJECT, name="model", new="other")
    unsharded.during("delete_deployment", project=PROJECT, name="other")
    unsharded.during("sizes")
    assert unsharded.asked == TABLES
    assert unsharded.found == set(OF_ALL)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT windows.counters FROM windows WHERE windows.deployment = ?",
        "SELECT windows.counters FROM windows WHERE windows.project = ? AND windows.deployment > ?",
        "DELETE FROM windows WHERE windows.bucket < ?",
        "SELECT 1 FROM windows JOIN details ON windows.deployment = details.deployment WHERE details.project = ?",
        "INSERT INTO windows (bucket) VALUES (?)",
    ],
)
def test_a_statement_without_them_is_found(statement):
    assert "windows" not in said_of(statement)


def test_keys_begin_with_them():
    for name in TABLES:
        assert [column.name for column in schema.metadata.tables[name].primary_key][:2] == ["project", "deployment"]
