import pytest

from graphsignal_mw.errors import UnknownNameError
from graphsignal_mw.store import Issue, schema

from .envelopes import WHOLE, envelope, window


def rows_of(store, project, name):
    """Rows that tell of a deployment, by table."""
    found = {}
    with store.read() as connection:
        for table in schema.metadata.sorted_tables:
            column = "deployment" if "deployment" in table.c else "name" if table.name == "deployments" else None
            if column:
                query = table.select().where(table.c.project == project, table.c[column] == name)
                found[table.name] = len(connection.execute(query).all())
        events = schema.issue_events
        found["events"] = len(connection.execute(events.select().where(events.c.project == project)).all())
    return found


@pytest.fixture
def filled(store):
    """Two deployments of the same name in two projects, and another."""
    for project, name in (("default", "model"), ("other", "model"), ("default", "kept")):
        store.ingest(project, envelope(window(), deployment=name, boot_id=f"boot-{project}-{name}"), 1.0)
        store.compact()
        store.add_marker(project, name, "v2", at=1000)
        issue = Issue(deployment=name, family="drift", severity="high", opened=300, updated=600)
        (saved,) = store.save_issues(project, name, [issue])
        store.set_issue_state(project, saved.id, "mute", "ann")
    # One more each, which waits to be computed.
    for project, name in (("default", "model"), ("other", "model"), ("default", "kept")):
        store.ingest(project, envelope(window(), deployment=name, boot_id=f"boot-{project}-{name}", seq=2), 1.0)
    return store


def test_nothing_of_it_is_left_and_all_of_the_others(filled):
    before = {key: rows_of(filled, *key) for key in (("default", "kept"), ("other", "model"))}
    gone = rows_of(filled, "default", "model")
    assert {"parts", "dirty", "windows", "columns", "markers", "issues"} <= {name for name, n in gone.items() if n}
    filled.delete_deployment("default", "model", actor="ann")
    left = rows_of(filled, "default", "model")
    assert left.pop("events") == 2  # of the one that is kept
    assert set(left.values()) == {0}
    assert rows_of(filled, "other", "model") == before["other", "model"]
    assert rows_of(filled, "default", "kept") == {**before["default", "kept"], "events": 2}
    assert [d.name for d in filled.deployments("default")] == ["kept"]
    assert (filled.audit("default")[0].actor, filled.audit("default")[0].action) == ("ann", "delete deployment")


def test_what_waits_to_be_computed_does_not_come_back(filled):
    filled.delete_deployment("default", "model")
    filled.compact()
    filled.purge(10.0**9)
    assert filled.totals("default", "model", *WHOLE).counters["requests"] == 0
    assert filled.totals("other", "model", *WHOLE).counters["requests"] > 0


def test_what_comes_later_makes_it_anew_and_repeats_do_not(filled):
    filled.delete_deployment("default", "model")
    repeat = envelope(window(), boot_id="boot-default-model")
    assert filled.ingest("default", repeat, 2.0) is False
    later = envelope(window(), boot_id="boot-default-model", seq=3)
    assert filled.ingest("default", later, 2.0) is True
    filled.compact()
    one = filled.totals("default", "model", *WHOLE).counters["requests"]
    assert one * 2 == filled.totals("other", "model", *WHOLE).counters["requests"]


def test_what_is_not_there(filled):
    with pytest.raises(UnknownNameError, match="deployment: 'none'"):
        filled.delete_deployment("default", "none")
    assert filled.audit("default") == []
