"""Replays 38 days up to now: the history by the batch job's function, the last three days as requests to an app.

In the last 30 hours something goes wrong: the clients of version 2.1.0 send kilometres for miles, and the weather
station of JFK falls silent. ``python replay.py http://127.0.0.1:8000``
"""

import argparse
import json
import sys

import httpx2
from batch_job import log_day
from data import replay_plan, to_frame
from model import train
from rich.progress import track

import graphsignal_mw as graphsignal
from graphsignal_mw.demo.client import AppClient
from graphsignal_mw.demo.sent import Sent

HOUR = 3600


def send_history(days: int, sent: Sent) -> None:
    """Log the days before the last three in batches, as the nightly job does."""
    session, model = graphsignal.session("flights"), train()
    for day in track(list(replay_plan().days())[-days:], "History, in batches"):
        flights = log_day(session, model, to_frame(day))
        sent.predictions += flights
        sent.ground_truths += flights
    if not graphsignal.flush(timeout=60):
        print("The collector is away: the history waits on disk until it is back.", file=sys.stderr)


def send_requests(url: str, flights: int, sent: Sent) -> None:
    """Ask the app about the last flights, 50 at once; what came of them is known when the next 50 have departed."""
    plan = replay_plan()
    departures = plan.departures(plan.live)[-flights:]
    labels = []
    with AppClient(url, sent) as client:
        for first in track(range(0, len(departures), 50), "Three days, as requests"):
            answered = client.predict(departures[first : first + 50])
            client.feedback(labels)
            labels = answered
        client.feedback(labels)
        client.misbehave(departures)  # some requests that the app refuses, and two on which it fails


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="of the app")
    parser.add_argument("--days", type=int, default=35, help="of history")
    parser.add_argument("--flights", type=int, default=10_000, help="at most, as requests")
    arguments = parser.parse_args()
    try:
        httpx2.get(arguments.url, trust_env=False)
    except httpx2.HTTPError:
        parser.error(f"no app answers at {arguments.url}: start one first")
    graphsignal.configure(config="monitoring.yaml", strict=True)  # strict: a wrong argument raises
    sent = Sent()
    send_history(arguments.days, sent)
    send_requests(arguments.url, arguments.flights, sent)
    print("Sent:", json.dumps(sent.as_dict()))
