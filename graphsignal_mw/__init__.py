"""Monitoring for machine-learning models in production that its users own."""

from graphsignal_mw._version import __version__

__all__ = ["__version__"]
