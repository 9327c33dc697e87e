"""Everything that the replay sends, before anything is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from graphsignal_mw.demo.data import Flights
from graphsignal_mw.demo.incident import HOURS, Incident
from graphsignal_mw.demo.period import DAY, Period, choose_period

CHUNK_SECONDS = 3 * 3600.0


@dataclass(frozen=True)
class Departure:
    """One flight as a client asks about it: the body of ``POST /predict``, and the label that comes later."""

    body: dict[str, Any]
    late: bool


@dataclass(frozen=True)
class Plan:
    """A replay of ``period``: ``history`` through the logger, ``live`` over HTTP; ``upcoming`` leaves after now."""

    period: Period
    history: Flights
    live: Flights
    upcoming: Flights
    incident: Incident

    def days(self) -> Iterator[Flights]:
        """Yield the history day by day."""
        start = self.period.start
        while start < self.period.live:
            yield self.history.between(start, start + DAY)
            start += DAY

    def chunks(self) -> list[list[Departure]]:
        """Return the live flights in order, in groups of three hours: labels of one come after the next."""
        departures = self.departures(self.live)
        groups = groupby(departures, key=lambda d: d.body["sent_at"] // CHUNK_SECONDS)
        return [list(group) for _, group in groups]

    def departures(self, flights: Flights) -> list[Departure]:
        """Return ``flights`` as the clients send them, the incident included."""
        versions = self.incident.client_versions(flights.departed)
        return [
            Departure(self._body(features, version, departed), late)
            for features, version, departed, late in zip(
                flights.feature_rows(), versions, flights.departed.tolist(), flights.late.tolist(), strict=True
            )
        ]

    def segments(self, flights: Flights) -> list[list[str]]:
        """Return the segments of each flight, as the YAML of the app makes them."""
        versions = self.incident.client_versions(flights.departed)
        pairs = zip(versions, flights.origin.tolist(), strict=True)
        return [[f"client_version={version}", f"origin={origin}"] for version, origin in pairs]

    def _body(self, features: dict[str, Any], version: str, departed: float) -> dict[str, Any]:
        return {
            "client_version": version,
            "sent_at": round(self.period.now(departed), 3),
            "flight": self.incident.apply(features, version, departed),
        }


def make_plan(flights: Flights, now: float) -> Plan:
    """Return the replay that ends at ``now``, Unix seconds."""
    period = choose_period(flights, now)
    return Plan(
        period=period,
        history=flights.between(period.start, period.live),
        live=flights.between(period.live, period.end + 1e-3),
        upcoming=flights.between(period.end + 1e-3, period.end + 14 * DAY),
        incident=Incident(period.end - HOURS * 3600),
    )


def label_of(departure: Departure, answer: dict[str, Any]) -> dict[str, Any]:
    """Return one label of ``POST /feedback``, with what the app had answered."""
    body = departure.body
    return {
        "late": departure.late,
        "predicted": answer["late"],
        "probability": answer["probability"],
        "departed_at": body["sent_at"],
        "client_version": body["client_version"],
        "origin": body["flight"]["origin"],
    }


def bad_bodies(departures: Sequence[Departure]) -> list[dict[str, Any]]:
    """Return bodies that the app refuses with 422: the flight is missing, or its delay is a word."""
    flight = departures[0].body["flight"]
    body = departures[0].body
    return [
        {**body, "flight": None},
        {**body, "flight": {**flight, "dep_delay": "two hours"}},
        {**body, "flight": {**flight, "origin": None}},
        {"sent_at": body["sent_at"]},
        {**body, "flight": []},
    ]


def breaking_bodies(departures: Sequence[Departure]) -> list[dict[str, Any]]:
    """Return bodies that the model cannot take: carriers that it does not know, and so the app raises."""
    body = departures[0].body
    return [{**body, "flight": {**body["flight"], "carrier": carrier}} for carrier in ("LH", "AF")]
