"""Counts that differ, and an incident that nobody finds, end the demo."""

import dataclasses
import math

import pytest

from graphsignal_mw.demo.errors import DemoError
from graphsignal_mw.demo.incident import Incident
from graphsignal_mw.demo.replay import LiveReplay, send_history
from graphsignal_mw.demo.verify import differences, wait_for_counts, wait_for_incident
from graphsignal_mw.demo.world import running_world
from graphsignal_mw.errors import GraphsignalError

SENT = {"requests": 5, "predictions": 4}


@pytest.mark.parametrize(
    ("totals", "lines"),
    [
        ({"requests": 5, "predictions": 4, "sampled": 0, "dropped": {}}, []),
        ({"requests": 5, "predictions": 3}, ["predictions: 3 counted; 4 sent"]),
        ({"requests": 10, "predictions": 4}, ["requests: 10 counted; 5 sent"]),
        ({"requests": 5, "predictions": 4, "sampled": 2}, ["sampled: 2; expected 0"]),
        ({"requests": 5, "predictions": 4, "dropped": {"queue_full": 1, "spool_full": 2}}, ["dropped: 3; expected 0"]),
        ({}, ["requests: 0 counted; 5 sent", "predictions: 0 counted; 4 sent"]),
    ],
)
def test_what_was_lost_or_counted_twice_is_said(totals, lines):
    assert differences(SENT, totals) == lines


def test_a_replay_without_an_incident_has_no_issue_and_that_is_an_error():
    """Collector and app are real; everything is replayed, but nothing goes wrong in it."""
    with running_world() as world:
        with pytest.raises(DemoError, match="incident: no open issue names distance, wind_speed; 0 open"):
            wait_for_incident(world, seconds=0.1)
        calm = dataclasses.replace(world, plan=dataclasses.replace(world.plan, incident=Incident(math.inf)))
        send_history(calm, lambda _: None)
        LiveReplay(calm, lambda _: None).finish()
        wait_for_counts(calm)
        with pytest.raises(DemoError, match="incident: no open issue names distance, wind_speed; 0 open"):
            wait_for_incident(calm, seconds=6.0)
        calm.sent.requests += 1
        with pytest.raises(DemoError, match="counts: not what was sent\nrequests: "):
            wait_for_counts(calm, seconds=0.1)


def test_such_an_end_is_an_exit_code():
    """The command line ends with 1 on every error of ours; tests/demo/test_run.py sees one."""
    assert issubclass(DemoError, GraphsignalError)
