import re
import time

import pytest

from graphsignal_mw._version import __version__
from graphsignal_mw.collector.meters import Meters
from graphsignal_mw.wire import encode

from .conftest import HEADERS, PATH
from .service import upload

SAMPLE = re.compile(r'(?P<name>[a-z_]+)(\{[a-z]+="(?P<label>(\\[\\"n]|[^"\\])*)"\})? (?P<value>[0-9.e+-]+)')


def samples(text):
    """Every sample by name and label; every line has to be one, or a help or type that came before it."""
    found, known = {}, {}
    for line in text.splitlines():
        if line.startswith("# "):
            _, what, name, said = line.split(" ", 3)
            known.setdefault(name, {})[what] = said
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        assert known[sample["name"]].keys() == {"HELP", "TYPE"}
        found[sample["name"].removeprefix("graphsignal_mw_"), sample["label"]] = float(sample["value"])
    return found


def test_what_prometheus_reads(caller, store):
    before = time.time()
    assert caller.post(PATH, content=encode(upload(1)), headers=HEADERS).status_code == 200
    caller.post(PATH, content=b"x" * 10, headers=HEADERS)
    found = samples(caller.get("/metrics").text)
    assert found["info", __version__] == 1
    assert found["uploads_total", "accepted"] == found["uploads_total", "refused_422"] == 1
    assert found["rows", "deltas"] == 1
    assert found["database_bytes", None] > 1000
    assert before - 1 < found["last_received_timestamp_seconds", "model"] <= time.time()
    assert found["open_issues", "model"] == 0
    assert 0 < found["start_time_seconds", None] <= time.time()


def test_room_of_the_disk_is_that_of_sqlite(sqlite):
    assert samples(Meters().text(sqlite, "default"))["disk_free_bytes", None] > 0


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "ä {x}"])
def test_odd_names_break_no_line(sqlite, name):
    sqlite.ingest("default", upload(1, deployment=name), 1.0)
    found = samples(Meters().text(sqlite, "default"))
    labels = [label for family, label in found if family == "open_issues"]
    assert [label.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\") for label in labels] == [name]


def test_deployments_of_other_projects_are_not_told(sqlite):
    sqlite.ingest("elsewhere", upload(1, deployment="secret"), 1.0)
    assert "secret" not in Meters().text(sqlite, "default")
