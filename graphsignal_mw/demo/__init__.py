"""The demo: a real model, real flights, an incident, and whether it is found."""

from graphsignal_mw.demo.extras import require

__all__ = ["require"]
