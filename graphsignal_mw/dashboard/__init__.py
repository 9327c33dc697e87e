"""Pages for people: what is wrong, since when, how bad, and whether data still arrives."""

from graphsignal_mw.dashboard.routes import routes

__all__ = ["routes"]
