"""The client's root: what users call, wired to everything below."""

from graphsignal_mw.agent.agent import Agent
from graphsignal_mw.agent.instrument import instrument
from graphsignal_mw.agent.middleware import ASGIMiddleware, WSGIMiddleware
from graphsignal_mw.agent.registry import configure, flush, session, shutdown, stats, tick
from graphsignal_mw.logger import Session

__all__ = [
    "ASGIMiddleware",
    "Agent",
    "Session",
    "WSGIMiddleware",
    "configure",
    "flush",
    "instrument",
    "session",
    "shutdown",
    "stats",
    "tick",
]
