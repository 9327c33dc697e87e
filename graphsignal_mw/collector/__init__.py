"""The collector's HTTP: ingest, read API, keys, limits."""

from graphsignal_mw.collector.auth import Caller, Gatekeeper
from graphsignal_mw.collector.export import Lines, records
from graphsignal_mw.collector.first_keys import first_keys
from graphsignal_mw.collector.guard import Guard
from graphsignal_mw.collector.limits import RateLimit
from graphsignal_mw.collector.people import ROLES, TrustedProxy
from graphsignal_mw.collector.problems import HANDLERS
from graphsignal_mw.collector.routes import routes

__all__ = [
    "HANDLERS",
    "ROLES",
    "Caller",
    "Gatekeeper",
    "Guard",
    "Lines",
    "RateLimit",
    "TrustedProxy",
    "first_keys",
    "records",
    "routes",
]
