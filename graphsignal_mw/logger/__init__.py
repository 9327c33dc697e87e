"""The explicit Python API: sessions that log predictions, labels and exceptions."""

from graphsignal_mw.logger.recorder import Recorder
from graphsignal_mw.logger.session import Session

__all__ = ["Recorder", "Session"]
