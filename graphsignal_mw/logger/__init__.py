"""The explicit Python API: sessions that log predictions, labels and exceptions."""

from graphsignal_mw.logger.session import Recorder, Session

__all__ = ["Recorder", "Session"]
