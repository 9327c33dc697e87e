"""The client's root: what users call, wired to everything below."""

from graphsignal_mw.agent.agent import Agent
from graphsignal_mw.agent.middleware import ASGIMiddleware, WSGIMiddleware, instrument
from graphsignal_mw.agent.registry import configure, flush, session, shutdown, stats, tick

__all__ = [
    "ASGIMiddleware",
    "Agent",
    "WSGIMiddleware",
    "configure",
    "flush",
    "instrument",
    "session",
    "shutdown",
    "stats",
    "tick",
]
